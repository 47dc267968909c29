import { type Logger } from 'pino';
import { inspectorUrl } from '../front/admin-cookie.js';
import { loadTls } from '../front/tls.js';
import { Gateway } from '../gateway.js';
import { machineCredentials } from '../integrations/call-aws.js';
import { UsageError } from '../usage-error.js';
import { CONFIG_FILES } from './config-file.js';
import { defineCommand } from './command.js';
import { DeployedValues } from './deployed-values.js';
import { createLog } from './create-log.js';
import { LOCAL_ACCOUNT } from './local-account.js';
import { type Options, readOptions } from './options.js';
import { PortFile } from './port-file.js';
import { readTemplates } from './read-templates.js';
import { filesOf, reloadOnChange } from './reload-on-change.js';
import { SERVE_FLAGS } from './serve-flags.js';
import { WatchedFiles } from './watch-files.js';
import { warnOfNames } from './unmatched-text.js';

/** `serve`, the command without a name. */
export const serveCommand = defineCommand(
  {
    name: 'serve',
    summary: 'serves APIs until SIGINT or SIGTERM; the command when none is given',
    flags: SERVE_FLAGS,
    notes: `Every flag except --config can be in a configuration file, by its name without the hyphens, for example
${CONFIG_FILES[0]}:

  port: 8080
  template: template.yaml
  target: { my-nlb: 127.0.0.1:3000 }

A flag takes precedence over its variable, the variable over the file. Relative paths start at the file's folder.`,
    exitCodes: { 0: 'stopped by a signal', 1: 'it cannot start' },
  },
  async ({ values }, { env }) => {
    const options = readOptions(values, env);
    if (options.isWatching && filesOf(options).length === 0) {
      throw new UsageError(
        '--watch has nothing to watch: give --template, --terraform or --app, or write a configuration file',
      );
    }
    const watched = new WatchedFiles(() => filesOf(options));
    const log = createLog(options.logLevel, options.logFormat);
    const tls = options.tls && (await loadTls(options.tls));
    const portFile = options.portFile === undefined ? undefined : new PortFile(options.portFile);
    portFile?.check();
    const deployed = new DeployedValues(options, log);
    const templates = await readTemplates(options, (reason) => log.warn({ reason }, 'value of AWS missing'));
    const gateway = await Gateway.start({
      ...options,
      accountId: LOCAL_ACCOUNT,
      templates,
      parameters: await deployed.completed(options.parameters, templates),
      services: {
        endpoints: options.endpoints,
        credentials: options.usesMachineCredentials ? await machineCredentials() : undefined,
      },
      tls,
      log,
    }).catch(explainListening(options));
    try {
      portFile?.write(Number(new URL(gateway.url).port));
    } catch (error) {
      await gateway.stop();
      throw error;
    }
    warnOfNames(gateway, log);
    log.info(
      {
        url: gateway.url,
        inspector: inspectorUrl(gateway.url),
        ...(tls?.trustFile && { trust: tls.trustFile }),
      },
      'listening',
    );
    announceAdminToken(gateway, log);
    const watch = options.isWatching
      ? reloadOnChange(gateway, {
          files: watched,
          started: options,
          readAgain: () => readOptions(values, env),
          deployed,
          log,
        })
      : undefined;
    // for a parent process that waits for it
    process.send?.({ listening: gateway.url });
    await stopSignal();
    await watch?.[Symbol.asyncDispose]();
    await gateway.stop();
    portFile?.remove();
    log.info('stopped');
    // an open IPC channel keeps the process running
    if (process.connected) process.disconnect();
    return 0;
  },
);

/** Logs whether commands need a token. A generated one is logged once, because it is known nowhere else. */
function announceAdminToken({ adminToken: policy, url }: Gateway, log: Logger): void {
  if (policy.kind === 'off') {
    log.warn(
      'the admin token is off: every machine that reaches this port can change APIs, faults and the clock; --host 127.0.0.1 prevents it',
    );
  } else if (policy.kind === 'required' && policy.isGenerated) {
    // at every log level
    log
      .child({}, { level: 'warn' })
      .warn(
        { adminToken: policy.token, inspector: inspectorUrl(url, policy.token) },
        'other machines can reach this gateway, so commands need this token, as Authorization: Bearer TOKEN or as the secret key of the access key id admin; set a permanent one with --admin-token or GATEWAY_ADMIN_TOKEN',
      );
  }
}

/** Resolves at the first signal to stop; later ones have no effect. */
async function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.on('SIGINT', () => resolve());
    process.on('SIGTERM', () => resolve());
    // the parent process has ended
    process.on('disconnect', () => resolve());
  });
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
