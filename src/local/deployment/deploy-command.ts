import { rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { deployLocally, LOCAL_STAGE, type LocalDeployment, type LocalResult } from './deploy-locally.js';
import { describeFailure, keepDeployed } from './keep-deployed.js';
import { readDeployment } from './read-deployment.js';

const USAGE = `npm run deploy:local -- [FLAGS]: creates or updates the API of a running gateway

  --watch              keep running, and deploy again after each restart of the gateway
  --ready-file FILE    with --watch: the file exists while the gateway serves this API
  --help               print this text

Variables: GATEWAY_SECRET (required), GATEWAY_URL, SERVICE_URL, REPLIES, GATEWAY_ADMIN_TOKEN.
`;

try {
  await main();
} catch (error) {
  process.stderr.write(`deploy: ${describeFailure(error)}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      watch: { type: 'boolean' },
      'ready-file': { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const deployment = readDeployment(process.env);
  const readyFile = values['ready-file'];
  if (values.watch) await watch(deployment, readyFile);
  else if (readyFile !== undefined) throw new Error(`--ready-file ${readyFile} needs --watch`);
  else report(deployment, await deployLocally(deployment));
}

async function watch(deployment: LocalDeployment, readyFile: string | undefined): Promise<never> {
  const setReady = (isReady: boolean) => {
    if (readyFile === undefined) return;
    if (isReady) writeFileSync(readyFile, '');
    else rmSync(readyFile, { force: true });
  };
  // Process 1 of a container receives no signal without a listener. It exits at once: no client is served what is not
  // deployed, and the next run completes it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      setReady(false);
      process.exit(0);
    });
  }
  setReady(false);
  return keepDeployed(deployment, {
    deployed(result) {
      report(deployment, result);
      setReady(true);
    },
    failed(error) {
      process.stderr.write(`deploy: ${describeFailure(error)}; retrying\n`);
      setReady(false);
    },
    recovered() {
      process.stdout.write(`deploy: ${deployment.gatewayUrl} responds again and was not restarted\n`);
      setReady(true);
    },
  });
}

function report({ gatewayUrl }: LocalDeployment, { apiId, changes }: LocalResult): void {
  const done = changes.length === 0 ? 'nothing to change' : changes.join(', ');
  process.stdout.write(`deploy: API ${apiId} at ${gatewayUrl}, stage ${LOCAL_STAGE}: ${done}\n`);
}
