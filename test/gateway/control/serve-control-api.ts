import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
} from '@aws-sdk/client-apigatewayv2';
import { handleControlRequest } from '../../../src/gateway/control/control-api.js';
import { ControlPlane } from '../../../src/gateway/control/control-plane.js';

/** A control plane behind a real HTTP server, and AWS's own clients for it. */
export async function serveControlApi() {
  const controlPlane = new ControlPlane({ region: 'eu-central-1', accountId: '123456789012' });
  /** Faults of the gateway, as opposed to refusals. */
  const faults: unknown[] = [];
  const server = createServer((request, response) => {
    buffer(request)
      .then((body) => handleControlRequest(controlPlane, request, response, body))
      .catch((error: unknown) => faults.push(error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert(typeof address === 'object' && address !== null);
  const url = `http://127.0.0.1:${address.port}`;
  const settings = {
    endpoint: url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  const v1 = new APIGatewayClient(settings);
  const v2 = new ApiGatewayV2Client(settings);
  return {
    controlPlane,
    url,
    v1,
    v2,
    /** Sends a request that no SDK would send. */
    send: (method: string, path: string, body?: unknown) =>
      fetch(url + path, {
        method,
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    async close() {
      v1.destroy();
      v2.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      assert.deepEqual(faults, []);
    },
  };
}

export type ControlApi = Awaited<ReturnType<typeof serveControlApi>>;

/** An API to work with. */
export async function createApi({ v2 }: ControlApi, RouteSelectionExpression = '$request.body.action') {
  const { ApiId } = await v2.send(
    new CreateApiCommand({ Name: 'chat', ProtocolType: 'WEBSOCKET', RouteSelectionExpression }),
  );
  assert(ApiId);
  return ApiId;
}

/** An integration that any route can have. */
export async function createIntegration({ v2 }: ControlApi, ApiId: string) {
  const { IntegrationId } = await v2.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: 'HTTP_PROXY',
      IntegrationMethod: 'POST',
      IntegrationUri: 'http://backend.example/',
    }),
  );
  assert(IntegrationId);
  return IntegrationId;
}

export async function createRoute(
  { v2 }: ControlApi,
  ApiId: string,
  RouteKey: string,
  IntegrationId?: string,
) {
  const { RouteId } = await v2.send(
    new CreateRouteCommand({
      ApiId,
      RouteKey,
      ...(IntegrationId !== undefined && { Target: `integrations/${IntegrationId}` }),
    }),
  );
  assert(RouteId);
  return RouteId;
}

/** The parts of a response by which an SDK selects its error class. */
export const refusal = ({ status, headers }: Response) => ({
  status,
  errorType: headers.get('x-amzn-ErrorType'),
});
