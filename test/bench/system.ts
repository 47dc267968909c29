import { join } from 'node:path';
import { Child } from './child.ts';
import { startUnthrottledGateway } from './gateway.ts';

const DIST = process.env.BACKCHANNEL_DIST ?? join(import.meta.dirname, '../../dist');
/** The same as in `processes/service.ts`. */
const GATEWAY_SECRET = 'a-secret-of-the-bench';

export interface System {
  /** The URL that clients connect to. */
  readonly url: string;
  readonly gateway: Child;
  readonly service: Child;
}

/**
 * Starts gateway and service, each in its own process, with the API that `npm start` deploys. Replies go by callback.
 *
 * @param execArgv of both processes
 * @param settings for the service's store; embedded by default
 */
export async function startSystem(
  cleanUp: AsyncDisposableStack,
  execArgv: readonly string[],
  settings: NodeJS.ProcessEnv = {},
): Promise<System> {
  const { deployLocally, LOCAL_STAGE } = (await import(
    join(DIST, 'local/deployment/deploy-locally.js')
  )) as typeof import('../../src/local/deployment/deploy-locally.js');
  const gateway = cleanUp.use(startUnthrottledGateway(execArgv));
  const gatewayUrl = await gateway.receive<string>('listening');
  const service = cleanUp.use(
    Child.start(
      join(import.meta.dirname, 'processes/service.ts'),
      [`${gatewayUrl}/${LOCAL_STAGE}`, 'callback'],
      execArgv,
      { ...settings, LOG_LEVEL: 'warn' },
    ),
  );
  const serviceUrl = await service.receive<string>('listening');
  await deployLocally({ gatewayUrl, serviceUrl, gatewaySecret: GATEWAY_SECRET, replies: 'callback' });
  return { url: `${gatewayUrl.replace('http', 'ws')}/${LOCAL_STAGE}`, gateway, service };
}
