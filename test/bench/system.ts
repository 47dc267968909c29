import { join } from 'node:path';
import { Child } from './child.ts';
import { startUnthrottledGateway } from './gateway.ts';

const DIST = process.env.BACKCHANNEL_DIST ?? join(import.meta.dirname, '../../dist');
/** As `processes/service.ts` has it. */
const GATEWAY_SECRET = 'a-secret-of-the-bench';

export interface System {
  /** Where clients connect. */
  readonly url: string;
  readonly gateway: Child;
  readonly service: Child;
}

/**
 * Gateway and service, each a process, with the API that `npm start` deploys: answers by callback.
 *
 * @param execArgv of both processes
 * @param settings of the service's store; embedded unless given
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
  const gatewayUrl = await gateway.told<string>('listening');
  const service = cleanUp.use(
    Child.start(
      join(import.meta.dirname, 'processes/service.ts'),
      [`${gatewayUrl}/${LOCAL_STAGE}`, 'callback'],
      execArgv,
      { ...settings, LOG_LEVEL: 'warn' },
    ),
  );
  const serviceUrl = await service.told<string>('listening');
  await deployLocally({ gatewayUrl, serviceUrl, gatewaySecret: GATEWAY_SECRET, replies: 'callback' });
  return { url: `${gatewayUrl.replace('http', 'ws')}/${LOCAL_STAGE}`, gateway, service };
}
