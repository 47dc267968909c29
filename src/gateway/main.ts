import { type Logger, pino } from 'pino';
import { Gateway } from './gateway.js';
import { readOptions, USAGE, UsageError } from './options.js';

try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === 'help') {
    process.stdout.write(USAGE);
  } else {
    const log = pino({
      level: options.logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    });
    stopOnSignal(await Gateway.start({ ...options, log }).catch(explainListening(options)), log);
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(error.message.replaceAll(/^/gm, 'gateway: ').concat('\n'));
  process.exitCode = 1;
}

function stopOnSignal(gateway: Gateway, log: Logger): void {
  log.info({ url: gateway.url }, 'listening');
  // for whoever started this process and waits for it
  process.send?.({ listening: gateway.url });
  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    await gateway.stop();
    log.info('stopped');
    // an IPC channel would keep the process
    if (process.connected) process.disconnect();
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
  // who started this process is gone
  process.on('disconnect', () => void stop());
}

/** The errors of listening that a user can mend, in words. */
function explainListening({
  host,
  port,
}: {
  host: string;
  port: number;
}): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    const address = `${host}:${port}`;
    switch (error.code) {
      case 'EADDRINUSE':
        throw new UsageError(
          `${address} is in use: stop what listens there, or choose another port with GATEWAY_PORT or --port`,
        );
      case 'EACCES':
        throw new UsageError(
          `${address} may not be listened on: choose a port above 1023 with GATEWAY_PORT or --port`,
        );
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
        throw new UsageError(
          `${host} is no address of this machine: choose another with GATEWAY_HOST or --host`,
        );
      default:
        throw error;
    }
  };
}
