import { join } from 'node:path';
import { Child } from './child.ts';

const DIST = process.env.BACKCHANNEL_DIST ?? join(import.meta.dirname, '../../dist');
const PROGRAM = join(DIST, 'gateway/main.js');
// raised, because the quota of 10,000 requests a second would be what is measured
const QUOTAS = ['requests-per-second', 'request-burst', 'new-connections-per-second'];

/** The gateway as shipped, in its own process. */
export const startGateway = (args: readonly string[] = []): Child =>
  Child.start(PROGRAM, ['--port', '0', '--log-level', 'error', ...args]);

/** A gateway without throttling. */
export const startUnthrottledGateway = (execArgv: readonly string[], args: readonly string[] = []): Child =>
  Child.start(
    PROGRAM,
    [
      '--port',
      '0',
      '--log-level',
      'error',
      ...QUOTAS.flatMap((name) => ['--quota', `${name}=999999999`]),
      ...args,
    ],
    execArgv,
  );

/**
 * Creates an API whose messages all go to `$default`, with plain requests to the control plane.
 *
 * @param backendUrl the HTTP backend, whose response goes back to the client; without it there is only the route
 * @returns the URL of its stage
 */
export async function createApi(gatewayUrl: string, backendUrl?: string): Promise<string> {
  const create = async (path: string, body: object): Promise<Record<string, string>> => {
    const response = await fetch(`${gatewayUrl}/v2/apis${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, string>;
  };
  const { apiId } = await create('', {
    name: 'bench',
    protocolType: 'WEBSOCKET',
    routeSelectionExpression: '$request.body.action',
  });
  const integration =
    backendUrl &&
    (await create(`/${apiId}/integrations`, {
      integrationType: 'HTTP_PROXY',
      integrationMethod: 'POST',
      integrationUri: `${backendUrl}/message`,
      // the headers that every backend needs
      requestParameters: {
        'integration.request.header.ConnectionId': 'context.connectionId',
        'integration.request.header.RequestId': 'context.requestId',
        'integration.request.header.RouteKey': 'context.routeKey',
      },
    }));
  const { routeId } = await create(`/${apiId}/routes`, {
    routeKey: '$default',
    ...(integration && {
      target: `integrations/${integration['integrationId']}`,
      routeResponseSelectionExpression: '$default',
    }),
  });
  if (integration)
    await create(`/${apiId}/routes/${routeId}/routeresponses`, { routeResponseKey: '$default' });
  const { deploymentId } = await create(`/${apiId}/deployments`, {});
  await create(`/${apiId}/stages`, {
    stageName: 'dev',
    deploymentId,
  });
  return `${gatewayUrl.replace('http', 'ws')}/dev`;
}
