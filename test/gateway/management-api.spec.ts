import { ApiGatewayManagementApiServiceException } from '@aws-sdk/client-apigatewaymanagementapi';
import { describe, expect, it } from 'vitest';
import { CONNECTION_ID, DeployedGateway } from '../support/deployed-gateway.js';
import { HttpBackend } from '../support/http-backend.js';
import { WebSocketClient } from '../support/web-socket-client.js';

/** A gateway with one client, whose connection id the backend was told. */
async function connected() {
  const backend = await HttpBackend.start();
  const gateway = await DeployedGateway.start({
    $connect: { integration: { IntegrationUri: backend.url, RequestParameters: CONNECTION_ID } },
  });
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

describe('POST', () => {
  it('sends one text message', async () => {
    await using api = await connected();
    await api.gateway.post(api.connectionId, '{"hello":"wörld"}');
    expect(await api.client.nextText()).toBe('{"hello":"wörld"}');
  });

  it('answers 200 with the headers and the empty body that were recorded', async () => {
    await using api = await connected();
    const response = await fetch(api.url, { method: 'POST', body: 'x' });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-length': '0',
      'content-type': 'application/json',
      'x-amzn-requestid': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      'x-amz-apigw-id': expect.stringMatching(/^[\w-]{15}=$/) as string,
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-/) as string,
    });
    expect(await response.text()).toBe('');
  });

  it('takes the id encoded and as it is, and @connections both ways', async () => {
    await using api = await connected();
    for (const path of [
      `@connections/${api.connectionId}`,
      `%40connections/${api.connectionId.replaceAll('=', '%3D')}`,
    ]) {
      const response = await fetch(`${api.gateway.gateway.url}/dev/${path}`, { method: 'POST', body: path });
      expect(response.status).toBe(200);
      expect(await api.client.nextText()).toBe(path);
    }
  });

  it('makes text of what is not UTF-8', async () => {
    await using api = await connected();
    await api.gateway.post(api.connectionId, Uint8Array.of(0x41, 0xff, 0xfe));
    expect(await api.client.nextText()).toBe('A\u{fffd}\u{fffd}');
  });

  it('takes 131,072 bytes', async () => {
    await using api = await connected();
    await api.gateway.post(api.connectionId, 'x'.repeat(131_072));
    expect(await api.client.nextText()).toHaveLength(131_072);
  });

  it('answers 413 to one byte more, with neither body nor error type, and the connection survives', async () => {
    await using api = await connected();
    const response = await fetch(api.url, { method: 'POST', body: 'x'.repeat(131_073) });
    expect(response.status).toBe(413);
    expect([...response.headers.keys()].filter((name) => name.startsWith('x-amz'))).toEqual([]);
    expect(await response.text()).toBe('');
    await api.gateway.post(api.connectionId, 'still here');
    expect(await api.client.nextText()).toBe('still here');
  });

  it('answers 410 while $connect is running', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start({
      $connect: { integration: { IntegrationUri: backend.url, RequestParameters: CONNECTION_ID } },
    });
    const outcome = Promise.withResolvers<unknown>();
    backend.answer = async ({ headers }) => {
      outcome.resolve(await nameOf(gateway.post(String(headers.connectionid), 'too early')));
      return { status: 200 };
    };
    using _ = await WebSocketClient.open(gateway.webSocketUrl);
    expect(await outcome.promise).toEqual(['GoneException', 410]);
  });
});

describe('GET', () => {
  it('tells about the connection in the form that was recorded', async () => {
    await using api = await connected();
    const response = await fetch(api.url);
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(
      /^\{\n {2}"identity" : \{\n {4}"sourceIp" : "127\.0\.0\.1",\n {4}"userAgent" : "some-agent"\n {2}\},\n {2}"connectedAt" : "[\d:.TZ-]{24}",\n {2}"lastActiveAt" : "[\d:.TZ-]{24}"\n\}$/,
    );
  });

  it('sees activity move with a post, and not with itself', async () => {
    await using api = await connected();
    const before = await api.gateway.getConnection(api.connectionId);
    const again = await api.gateway.getConnection(api.connectionId);
    expect(again.LastActiveAt).toEqual(before.LastActiveAt);
    while (Date.now() <= before.LastActiveAt!.getTime()) await api.gateway.getConnection(api.connectionId);
    await api.gateway.post(api.connectionId, '');
    const after = await api.gateway.getConnection(api.connectionId);
    expect(after.LastActiveAt!.getTime()).toBeGreaterThan(before.LastActiveAt!.getTime());
    expect(after.ConnectedAt).toEqual(before.ConnectedAt);
  });
});

describe('DELETE', () => {
  it('closes the connection with 1000 and answers 204', async () => {
    await using api = await connected();
    const response = await fetch(api.url, { method: 'DELETE' });
    expect(response.status).toBe(204);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await api.client.closed).toEqual({ code: 1000, reason: 'Connection Closed Normally' });
  });

  it('makes the connection gone at once', async () => {
    await using api = await connected();
    await api.gateway.deleteConnection(api.connectionId);
    expect(await nameOf(api.gateway.post(api.connectionId, 'x'))).toEqual(['GoneException', 410]);
  });
});

describe('an answer to a call that cannot be served', () => {
  const calls = {
    post: async (gateway: DeployedGateway, id: string) => gateway.post(id, 'x'),
    get: async (gateway: DeployedGateway, id: string) => gateway.getConnection(id),
    delete: async (gateway: DeployedGateway, id: string) => gateway.deleteConnection(id),
  };

  it.each(Object.entries(calls))(
    'is GoneException for %s to a connection that is closed',
    async (_, call) => {
      await using api = await connected();
      await api.client.close(1000);
      await expect
        .poll(async () => nameOf(call(api.gateway, api.connectionId)))
        .toEqual(['GoneException', 410]);
    },
  );

  it('has an empty body when the connection is gone', async () => {
    await using api = await connected();
    await api.gateway.deleteConnection(api.connectionId);
    const response = await fetch(api.url, { method: 'POST', body: 'x' });
    expect(response.headers.get('x-amzn-errortype')).toBe('GoneException');
    expect(await response.text()).toBe('');
  });

  it.each(Object.entries(calls))(
    'is BadRequestException for %s to an id that was never issued',
    async (_, call) => {
      await using api = await connected();
      expect(await nameOf(call(api.gateway, 'AAAAAAAAAAAAAAA='))).toEqual(['BadRequestException', 400]);
    },
  );

  it('names the id that was never issued', async () => {
    await using api = await connected();
    const response = await fetch(`${api.gateway.gateway.url}/dev/@connections/AAAAAAAAAAAAAAA%3D`);
    expect(await response.text()).toBe('{"message":"Invalid connectionId: AAAAAAAAAAAAAAA="}');
  });

  it('is Forbidden at a stage that does not exist', async () => {
    await using api = await connected();
    const response = await fetch(api.url.replace('/dev/', '/none/'), { method: 'POST', body: 'x' });
    expect(response.status).toBe(403);
    expect(response.headers.get('x-amzn-errortype')).toBe('ForbiddenException');
    expect(await response.text()).toBe('{"message":"Forbidden"}');
  });
});

it('answers 429 when too much waits for a client that does not read', async () => {
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
