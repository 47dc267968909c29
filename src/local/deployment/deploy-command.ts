import { rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { deployLocally, LOCAL_STAGE, type LocalDeployment, type LocalResult } from './deploy-locally.js';
import { describeFailure, keepDeployed } from './keep-deployed.js';
import { readDeployment } from './read-deployment.js';

const USAGE = `npm run deploy:local -- [FLAGS]: sends the API to a gateway that runs already, or brings it up to date there

  --watch              stay, and deploy again whenever the gateway was started anew
  --ready-file FILE    with --watch: the file exists while the gateway serves the API as it is defined here
  --help               this text

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
  // as process 1 of a container it would get no signal without a listener. What is not deployed is served to no client,
  // and the next run completes it: there is nothing to wait for.
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
      process.stderr.write(`deploy: ${describeFailure(error)}; trying again\n`);
      setReady(false);
    },
    recovered() {
      process.stdout.write(`deploy: ${deployment.gatewayUrl} answers again, and has not started anew\n`);
      setReady(true);
    },
  });
}

function report({ gatewayUrl }: LocalDeployment, { apiId, changes }: LocalResult): void {
  const done = changes.length === 0 ? 'nothing to change' : changes.join(', ');
  process.stdout.write(`deploy: API ${apiId} at ${gatewayUrl}, stage ${LOCAL_STAGE}: ${done}\n`);
}
