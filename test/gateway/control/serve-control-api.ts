import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client, CreateRouteCommand } from '@aws-sdk/client-apigatewayv2';
import { afterEach, beforeEach } from 'vitest';
import { handleControlRequest } from '../../../src/gateway/control/control-api.js';
import { ControlPlane } from '../../../src/gateway/control/control-plane.js';
import {
  createApi as createWebSocketApi,
  createIntegration as createHttpIntegration,
} from '../../support/deployed-api.js';

/** A control plane behind a real HTTP server, and AWS's own clients for it. */
async function serveControlApi() {
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

/** A control plane for one test, with AWS's own clients for it. */
export type ControlApi = Omit<Awaited<ReturnType<typeof serveControlApi>>, 'close'>;

/** The control plane of the current test: started before each test of the file or group, and closed after it. */
export function serveControlApiPerTest(): ControlApi {
  let served: Awaited<ReturnType<typeof serveControlApi>>;
  beforeEach(async () => {
    served = await serveControlApi();
  });
  afterEach(() => served.close());
  return {
    get controlPlane() {
      return served.controlPlane;
    },
    get url() {
      return served.url;
    },
    get v1() {
      return served.v1;
    },
    get v2() {
      return served.v2;
    },
    send: (...parameters) => served.send(...parameters),
  };
}

type Served = Pick<ControlApi, 'v2'>;

/** Creates a WebSocket API. @returns its id */
export const createApi = async ({ v2 }: Served) => createWebSocketApi(v2, { Name: 'chat' });

/** Creates an integration that any route can have. @returns its id */
export const createIntegration = async ({ v2 }: Served, apiId: string) =>
  createHttpIntegration(v2, apiId, { IntegrationUri: 'http://backend.example/' });

export async function createRoute({ v2 }: Served, ApiId: string, RouteKey: string, IntegrationId?: string) {
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
