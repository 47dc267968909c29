import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { deployLocally, LOCAL_STAGE } from '../local/deployment/deploy-locally.js';
import { readReplies } from '../local/deployment/read-deployment.js';
import { Program, ProgramStoppedError } from './program.js';

/**
 * `npm start`: the gateway and the service as two processes, as they are on AWS, and the API deployed from the one
 * definition. Ctrl-C stops the gateway first, so that the service still hears of every `$disconnect`.
 */
const running: Program[] = [];
let isStopping = false;

process.on('SIGINT', () => void stop());
process.on('SIGTERM', () => void stop());

try {
  await start();
} catch (error) {
  // a program that could not start has said why itself
  if (!(error instanceof ProgramStoppedError) && !isStopping) {
    process.stderr.write(`start: ${error instanceof Error ? error.message : String(error)}\n`);
  }
  process.exitCode = isStopping ? 0 : 1;
  await stop();
}

async function start(): Promise<void> {
  const { env } = process;
  const gatewaySecret = env.GATEWAY_SECRET || randomBytes(32).toString('base64url');
  const gateway = run('gateway', env);
  const gatewayUrl = await gateway.listening;
  const service = run('service', {
    ...env,
    HOST: env.HOST || '127.0.0.1',
    GATEWAY_SECRET: gatewaySecret,
    WS_API_ENDPOINT: `${gatewayUrl}/${LOCAL_STAGE}`,
    // the gateway does not check signatures, but the SDK does not send without
    AWS_ACCESS_KEY_ID: env.AWS_ACCESS_KEY_ID || 'local',
    AWS_SECRET_ACCESS_KEY: env.AWS_SECRET_ACCESS_KEY || 'local',
  });
  const serviceUrl = await service.listening;
  // the service has checked it by now
  await deployLocally({ gatewayUrl, serviceUrl, gatewaySecret, replies: readReplies(env.REPLIES) });
  printWhatListens(gatewayUrl, serviceUrl);

  const first = await Promise.race([gateway.stopped, service.stopped]);
  if (isStopping) return;
  process.stderr.write(`start: the ${first} stopped by itself; its last lines are above\n`);
  process.exitCode = 1;
  await stop();
}

function run(name: string, env: NodeJS.ProcessEnv): Program {
  if (isStopping) throw new ProgramStoppedError('stopped before everything had started');
  const program = new Program(name, join(import.meta.dirname, `../${name}/main.js`), env);
  running.push(program);
  return program;
}

async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  for (const program of running) await program.stop();
}

function printWhatListens(gatewayUrl: string, serviceUrl: string): void {
  const webSocketUrl = `${gatewayUrl.replace('http', 'ws')}/${LOCAL_STAGE}`;
  process.stdout.write(`
  gateway   ${webSocketUrl}
            ${gatewayUrl}/${LOCAL_STAGE}/@connections/{connectionId}
            ${gatewayUrl}/v2/apis    aws apigatewayv2 get-apis --endpoint-url ${gatewayUrl}
  service   ${serviceUrl}    POST /connect /disconnect /message, GET /health/ready

  Try it:   npx wscat -c "${webSocketUrl}?token=demo"
            {"action":"ping","id":1}
            {"action":"join","channel":"news"}
            {"action":"publish","channel":"news","data":"hello"}

  Ctrl-C stops both.

`);
}
