import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { connectableUrl, isLoopback } from './addresses.js';
import { ProgramEndedError } from './child-program.js';
import { deployLocally, LOCAL_STAGE } from './deployment/deploy-locally.js';
import { readReplies } from './deployment/read-deployment.js';
import { SupervisedProgram } from './supervised-program.js';

/**
 * `npm start`: runs the gateway and the service as two processes, as on AWS, and deploys the API of
 * `api/definition.ts`. Ctrl-C stops the gateway first, so that the service still receives every `$disconnect`; a second
 * Ctrl-C kills both. A program that ends by itself is restarted.
 */
const running: SupervisedProgram[] = [];
let isStopping = false;
let stoppedAt = 0;
const SAME_REQUEST_MS = 500;

process.on('SIGINT', () => requestStop());
process.on('SIGTERM', () => requestStop());
// the reader of the output has gone, as in `npm start | head`
process.stdout.on('error', () => void stop());
process.stderr.on('error', () => void stop());

try {
  await start();
} catch (error) {
  const isKnown = isStopping || (error instanceof ProgramEndedError && error.hasPrintedReason);
  if (!isKnown) print(error instanceof Error ? error.message : String(error));
  process.exitCode = isStopping ? 0 : 1;
  await stop();
}

async function start(): Promise<void> {
  const { env } = process;
  const replies = readReplies(env.REPLIES);
  const gatewaySecret = env.GATEWAY_SECRET || randomBytes(32).toString('base64url');
  const adminToken = env.GATEWAY_ADMIN_TOKEN || generatedAdminToken(env.GATEWAY_HOST);
  const gateway = run('gateway', 'GATEWAY_PORT', {
    ...env,
    // so that the first message can be looked at, too
    GATEWAY_RECORD: env.GATEWAY_RECORD || '32mb',
    ...(adminToken !== undefined && { GATEWAY_ADMIN_TOKEN: adminToken }),
  });
  const gatewayUrl = connectableUrl(await gateway.listening());
  const service = run('service', 'PORT', {
    ...env,
    HOST: env.HOST || '127.0.0.1',
    GATEWAY_SECRET: gatewaySecret,
    WS_API_ENDPOINT: `${gatewayUrl}/${LOCAL_STAGE}`,
    ...(!isLoopback(new URL(gatewayUrl).hostname) && credentialsOf(env)),
  });
  const serviceUrl = connectableUrl(await service.listening());
  const deploy = async () => {
    await deployLocally({ gatewayUrl, serviceUrl, gatewaySecret, adminToken, replies });
  };
  await deploy();
  printAddresses(gatewayUrl, serviceUrl, env.GATEWAY_ADMIN_TOKEN ? undefined : adminToken);

  // a restarted gateway has no API: its resources are in memory
  const gatewayRestarted = async () => {
    await deploy();
    print('the gateway listens again and has its API; clients have to reconnect');
  };
  await Promise.race([
    gateway.supervise(gatewayRestarted, print),
    service.supervise(async () => print('the service listens again'), print),
  ]);
}

function run(name: string, portVariable: string, env: NodeJS.ProcessEnv): SupervisedProgram {
  if (isStopping) throw new Error('stopped during the start');
  const file = join(import.meta.dirname, `../${name}/main.js`);
  const program = new SupervisedProgram({ name, file, env, portVariable });
  running.push(program);
  return program;
}

async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  stoppedAt = performance.now();
  for (const program of running) await program.stop(stopLimitMs());
}

/** The second request kills the programs. npm repeats the signal of a Ctrl-C at once, which is the same request. */
function requestStop(): void {
  if (!isStopping) void stop();
  else if (performance.now() - stoppedAt >= SAME_REQUEST_MS) for (const program of running) program.kill();
}

/** Longer than the service's own stop, which takes at most 28 s after its draining. */
function stopLimitMs(): number {
  return 30_000 + 1_000 * (Number(process.env.DRAIN_SECONDS) || 0);
}

/** Beyond loopback the control plane of the gateway requires a token, which the deployment needs, too. */
function generatedAdminToken(host: string | undefined): string | undefined {
  return isLoopback(host || '127.0.0.1') ? undefined : randomBytes(32).toString('base64url');
}

/**
 * Placeholders for a gateway on another address of this machine: it does not check signatures, but the SDK needs
 * credentials. Towards loopback the service has placeholders of its own.
 */
function credentialsOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    AWS_ACCESS_KEY_ID: env.AWS_ACCESS_KEY_ID || 'local',
    AWS_SECRET_ACCESS_KEY: env.AWS_SECRET_ACCESS_KEY || 'local',
  };
}

function print(line: string): void {
  process.stderr.write(`start: ${line}\n`);
}

function printAddresses(gatewayUrl: string, serviceUrl: string, adminToken: string | undefined): void {
  const webSocketUrl = `${gatewayUrl.replace('http', 'ws')}/${LOCAL_STAGE}`;
  process.stdout.write(`
  gateway   ${webSocketUrl}
            ${gatewayUrl}/${LOCAL_STAGE}/@connections/{connectionId}
            ${gatewayUrl}/v2/apis    aws apigatewayv2 get-apis --endpoint-url ${gatewayUrl}
  service   ${serviceUrl}    POST /connect /disconnect /message, GET /health/ready
${adminToken === undefined ? '' : adminTokenLines(adminToken)}
  Try it:   npx wscat -c "${webSocketUrl}?token=demo"
            {"action":"ping","id":1}
            {"action":"join","channel":"news"}
            {"action":"publish","channel":"news","data":"hello"}

  Ctrl-C stops both.

`);
}

function adminTokenLines(token: string): string {
  return `
  admin     ${token}    generated, because the gateway listens beyond loopback: for /v2 and /_gateway
            AWS_ACCESS_KEY_ID=admin AWS_SECRET_ACCESS_KEY=TOKEN aws …, or Authorization: Bearer TOKEN
`;
}
