import { Sha256 } from '@aws-crypto/sha256-js';
import {
  ApiGatewayManagementApiClient,
  ApiGatewayManagementApiServiceException,
  GetConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { CreateStageCommand } from '@aws-sdk/client-apigatewayv2';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import { FULL_ACCESS, type IamSettings, type Policies } from '../../../src/gateway/iam/iam-settings.js';
import { parsePolicy } from '../../../src/gateway/iam/policy.js';
import { AdminClient } from '../../support/admin-client.js';
import { CONNECTION_ID } from '../../support/deployed-api.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { HttpBackend } from '../../support/http-backend.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

/** A gateway with one client, whose connection id the backend has received. */
async function connected(iam?: IamSettings) {
  const backend = await HttpBackend.start();
  const gateway = await DeployedGateway.start(
    { $connect: { integration: { IntegrationUri: backend.url, RequestParameters: CONNECTION_ID } } },
    { iam },
  );
  const client = await WebSocketClient.open(gateway.webSocketUrl, {
    headers: { 'User-Agent': 'some-agent' },
  });
  const connectionId = String((await backend.next()).headers.connectionid);
  return {
    backend,
    gateway,
    client,
    connectionId,
    url: `${gateway.gateway.url}/dev/@connections/${encodeURIComponent(connectionId)}`,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await gateway[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

const nameOf = async (call: Promise<unknown>) => {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof ApiGatewayManagementApiServiceException
    ? [error.name, error.$metadata.httpStatusCode]
    : error;
};

describe('DELETE', () => {
  it('removes the connection at once', async () => {
    await using api = await connected();
    await api.gateway.deleteConnection(api.connectionId);
    expect(await nameOf(api.gateway.post(api.connectionId, 'x'))).toEqual(['GoneException', 410]);
  });
});

const calls = {
  post: async (gateway: DeployedGateway, id: string) => gateway.post(id, 'x'),
  get: async (gateway: DeployedGateway, id: string) => gateway.getConnection(id),
  delete: async (gateway: DeployedGateway, id: string) => gateway.deleteConnection(id),
};

it('responds with 429 when the buffer of a client that does not read is full', async () => {
  await using api = await connected();
  api.client.socket.pause();
  const statuses = new Set<number>();
  // more than the client's buffer and both of the kernel's
  for (let posts = 0; posts < 400 && !statuses.has(429); posts++) {
    const response = await fetch(api.url, { method: 'POST', body: 'x'.repeat(131_072) });
    statuses.add(response.status);
  }
  expect([...statuses]).toEqual([200, 429]);
});

/** The URL presigned for a GET, as a browser would send it. */
async function presigned(url: string): Promise<string> {
  const { hostname, port, host, pathname } = new URL(url);
  const signer = new SignatureV4({
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    region: 'us-east-1',
    service: 'execute-api',
    sha256: Sha256,
  });
  const { query } = await signer.presign({
    method: 'GET',
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: pathname,
    headers: { host },
  });
  return `${url}?${new URLSearchParams(query as Record<string, string>).toString()}`;
}

describe('with --auth sigv4', () => {
  const ARN = 'arn:aws:sts::123456789012:assumed-role/task/1';

  /** Access keys of the test’s clients, and their permissions. */
  const sigv4 = (policies: Policies = FULL_ACCESS, secretAccessKey = 'test'): IamSettings => {
    const identity = { arn: ARN, accountId: '123456789012', userId: 'AROATASK:1' };
    return {
      auth: 'sigv4',
      accessKeys: new Map([['test', { secretAccessKey, sessionToken: undefined, identity }]]),
      policies,
    };
  };
  const allowing = (Resource: string): Policies => ({
    byArn: new Map(),
    others: parsePolicy({
      Statement: { Effect: 'Allow', Action: 'execute-api:ManageConnections', Resource },
    }),
  });
  const NOTHING: Policies = { byArn: new Map(), others: undefined };

  it.each(Object.entries(calls))('accepts what the SDK signs: %s', async (_, call) => {
    await using api = await connected(sigv4());
    expect(await call(api.gateway, api.connectionId)).toHaveProperty('$metadata.attempts', 1);
  });

  it('accepts a presigned URL with an encoded id', async () => {
    await using api = await connected(sigv4());
    const url = await presigned(api.url);
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
  });

  it('refuses an unsigned request', async () => {
    await using api = await connected(sigv4());
    const response = await fetch(api.url, { method: 'POST', body: 'x' });
    expect(response.status).toBe(403);
    expect(response.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
    expect(await response.text()).toBe('{"message":"Missing Authentication Token"}');
  });

  it.each(Object.entries(calls))('refuses %s with another secret', async (_, call) => {
    await using api = await connected(sigv4(FULL_ACCESS, 'another'));
    expect(await nameOf(call(api.gateway, api.connectionId))).toEqual(['InvalidSignatureException', 403]);
    expect(api.client.unexpected).toEqual([]);
    expect(api.client.socket.readyState).toBe(api.client.socket.OPEN);
  });

  it('refuses an unknown access key', async () => {
    await using api = await connected({ ...sigv4(), accessKeys: new Map() });
    const error = nameOf(api.gateway.post(api.connectionId, 'x'));
    expect(await error).toEqual(['UnrecognizedClientException', 403]);
  });

  it.each(Object.entries(calls))('refuses %s when no policy allows it', async (_, call) => {
    await using api = await connected(sigv4(NOTHING));
    expect(await nameOf(call(api.gateway, api.connectionId))).toEqual(['AccessDeniedException', 403]);
  });

  it('has the recorded text for what is not allowed', async () => {
    await using api = await connected(sigv4(NOTHING));
    const response = await fetch(await presigned(api.url));
    expect(response.headers.get('x-amzn-errortype')).toBe('AccessDeniedException');
    expect(await response.text()).toBe(
      `{"Message":"User: ${ARN} is not authorized to perform: execute-api:ManageConnections on resource: arn:aws:execute-api:us-east-1:********0000:${api.gateway.apiId}/dev/GET/@connections/{connectionId} because no session policy allows the execute-api:ManageConnections action"}`,
    );
  });

  it('evaluates the policy for the verb', async () => {
    await using api = await connected(sigv4(allowing('arn:aws:execute-api:*:*:*/dev/GET/@connections/*')));
    await api.gateway.getConnection(api.connectionId);
    const error = nameOf(api.gateway.post(api.connectionId, 'x'));
    expect(await error).toEqual(['AccessDeniedException', 403]);
  });

  it('evaluates the policy for the stage in the URL, not that of the connection', async () => {
    await using api = await connected(sigv4(allowing('arn:aws:execute-api:*:*:*/other/*')));
    const { control, apiId: ApiId } = api.gateway;
    await control.send(new CreateStageCommand({ ApiId, StageName: 'other' }));
    const other = new ApiGatewayManagementApiClient({
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      endpoint: `${api.gateway.gateway.url}/other`,
    });
    const { connectionId: ConnectionId } = api;
    expect(await other.send(new GetConnectionCommand({ ConnectionId }))).toHaveProperty('ConnectedAt');
    other.destroy();
    expect(await nameOf(api.gateway.getConnection(ConnectionId))).toEqual(['AccessDeniedException', 403]);
  });

  it.each(Object.entries(calls))(
    'checks the id before the permission: %s of one never issued gets 400',
    async (_, call) => {
      await using api = await connected(sigv4(NOTHING));
      expect(await nameOf(call(api.gateway, 'AAAAAAAAAAAAAAA='))).toEqual(['BadRequestException', 400]);
    },
  );

  it('checks the stage before the id', async () => {
    await using api = await connected(sigv4());
    const response = await fetch(`${api.gateway.gateway.url}/none/@connections/AAAAAAAAAAAAAAA%3D`);
    expect(response.headers.get('x-amzn-errortype')).toBe('ForbiddenException');
  });

  it('responds with 413 to a body that is too large, signed or not', async () => {
    await using api = await connected(sigv4());
    const response = await fetch(api.url, { method: 'POST', body: 'x'.repeat(131_073) });
    expect(response.status).toBe(413);
    // nothing else was recorded
    expect([...response.headers.keys()]).toEqual(['connection', 'content-length', 'date']);
  });

  it("has the machine's time in Date after the clock was moved, so that an SDK does not change its own", async () => {
    await using api = await connected(sigv4());
    await new AdminClient(api.gateway.gateway.url).advanceClock('6m');
    const response = await fetch(api.url);
    expect(Date.parse(response.headers.get('date') ?? '')).toBeLessThanOrEqual(Date.now());
    await api.gateway.post(api.connectionId, 'six minutes later');
    expect(await api.client.nextText()).toBe('six minutes later');
  });
});
