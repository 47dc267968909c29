import { type Logger } from 'pino';
import { CloudFormationError } from '../cloudformation/cloudformation-error.js';
import { createLog } from './create-log.js';
import { explainCommand } from './explain-command.js';
import { lintCommand } from './lint-command.js';
import { readTemplateFile } from './read-template-file.js';
import { type AdminTokenPolicy } from '../front/admin-token.js';
import { Gateway } from '../gateway.js';
import { LOCAL_ACCOUNT, type Options, readOptions, USAGE } from './options.js';
import { machineCredentials } from '../integrations/call-aws.js';
import { loadTls } from '../front/tls.js';
import { UsageError } from '../usage-error.js';

const write = (text: string) => void process.stdout.write(text);

try {
  const [command, ...rest] = process.argv.slice(2);
  if (command === 'lint') process.exitCode = await lintCommand(rest, write);
  else if (command === 'explain') process.exitCode = await explainCommand(rest, LOCAL_ACCOUNT, write);
  else {
    const options = readOptions(process.argv.slice(2), process.env);
    if (options === 'help') write(USAGE);
    else await serve(options);
  }
} catch (error) {
  if (!(error instanceof UsageError || error instanceof CloudFormationError)) throw error;
  process.stderr.write(error.message.replaceAll(/^/gm, 'gateway: ').concat('\n'));
  process.exitCode = 1;
}

async function serve(options: Options): Promise<void> {
  const log = createLog(options.logLevel);
  const tls = options.tls && (await loadTls(options.tls));
  const templates = await Promise.all(
    options.templates.map(async (fileName) => ({ fileName, text: await readTemplateFile(fileName) })),
  );
  const credentials = options.usesMachineCredentials ? await machineCredentials() : undefined;
  const services = { endpoints: options.endpoints, credentials };
  const gateway = await Gateway.start({
    ...options,
    accountId: LOCAL_ACCOUNT,
    templates,
    services,
    tls,
    log,
  }).catch(explainListening(options));
  log.info({ url: gateway.url, ...(tls?.trustFile && { trust: tls.trustFile }) }, 'listening');
  announceAdminToken(gateway.adminToken, log);
  stopOnSignal(gateway, log);
}

/** Logs whether commands need a token. A generated one is logged once, because it is known nowhere else. */
function announceAdminToken(policy: AdminTokenPolicy, log: Logger): void {
  if (policy.kind === 'off') {
    log.warn(
      'the admin token is off: every machine that reaches this port can change APIs, faults and the clock; --host 127.0.0.1 prevents it',
    );
  } else if (policy.kind === 'required' && policy.isGenerated) {
    // at every log level
    log
      .child({}, { level: 'warn' })
      .warn(
        { adminToken: policy.token },
        'other machines can reach this gateway, so commands need this token, as Authorization: Bearer TOKEN or as the secret key of the access key id admin; set a permanent one with --admin-token or GATEWAY_ADMIN_TOKEN',
      );
  }
}

function stopOnSignal(gateway: Gateway, log: Logger): void {
  // for a parent process that waits for it
  process.send?.({ listening: gateway.url });
  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    await gateway.stop();
    log.info('stopped');
    // an open IPC channel keeps the process running
    if (process.connected) process.disconnect();
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
  // the parent process has ended
  process.on('disconnect', () => void stop());
}

/** Explains the errors of `listen` that a user can fix. */
function explainListening({ host, port }: Options): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    const address = `${host}:${port}`;
    switch (error.code) {
      case 'EADDRINUSE':
        throw new UsageError(
          `${address} is in use: stop the program that listens there, or choose another port with GATEWAY_PORT or --port`,
        );
      case 'EACCES':
        throw new UsageError(
          `no permission to listen on ${address}: choose a port above 1023 with GATEWAY_PORT or --port`,
        );
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
        throw new UsageError(
          `${host} is not an address of this machine: choose another with GATEWAY_HOST or --host`,
        );
      default:
        throw error;
    }
  };
}
