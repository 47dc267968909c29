import { describe, expect, it } from 'vitest';
import { CreateStageCommand } from '@aws-sdk/client-apigatewayv2';
import { OPCODES, RawWebSocket } from '../support/raw-web-socket.js';
import { CONNECTION_ID } from '../support/deployed-api.js';
import { ApiUnderTest, connectionIdOf, errorOf, startBackend } from './api-under-test.js';

/** An API with one client, whose connection id the backend received. */
async function connected() {
  const backend = await startBackend();
  const api = await ApiUnderTest.deployed({
    $connect: { integration: { IntegrationUri: backend.publicUrl, RequestParameters: CONNECTION_ID } },
    $default: { integration: { IntegrationUri: backend.publicUrl } },
  });
  const client = await api.open({ headers: { 'User-Agent': 'some-agent' } });
  const connectionId = connectionIdOf(await backend.next());
  return {
    backend,
    api,
    client,
    connectionId,
    path: `/@connections/${encodeURIComponent(connectionId)}`,
    lastActiveAt: async () => (await api.getConnection(connectionId)).LastActiveAt!.getTime(),
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await api[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

const REQUEST_ID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as string;
const APIGW_ID = expect.stringMatching(/^[\w-]{15}=$/) as string;
const TRACE_ID = expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}/) as string;
const headersOf = ({ headers }: Response) => Object.fromEntries(headers);

describe('§8 POST', () => {
  it('sends one text message [documented]', async () => {
    await using on = await connected();
    await on.api.post(on.connectionId, '{"hello":"wörld"}');
    expect(await on.client.nextText()).toBe('{"hello":"wörld"}');
  });

  it('responds with 200 and an empty body [observed]', async () => {
    await using on = await connected();
    const response = await on.api.callback(on.path, { method: 'POST', body: 'x' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(headersOf(response)).toMatchObject({
      'content-length': '0',
      'content-type': 'application/json',
      'x-amzn-requestid': REQUEST_ID,
      'x-amz-apigw-id': APIGW_ID,
      'x-amzn-trace-id': TRACE_ID,
    });
  });

  it('takes @ and = as they are and encoded [documented]', async () => {
    await using on = await connected();
    for (const path of [
      `/@connections/${on.connectionId}`,
      `/%40connections/${on.connectionId.replaceAll('=', '%3D')}`,
    ]) {
      expect((await on.api.callback(path, { method: 'POST', body: path })).status).toBe(200);
      expect(await on.client.nextText()).toBe(path);
    }
  });

  it('makes U+FFFD of what is not UTF-8, and never sends a binary message [observed]', async () => {
    await using on = await connected();
    await on.api.post(on.connectionId, Uint8Array.of(0x41, 0xff, 0xfe));
    expect(await on.client.nextText()).toBe('A\u{fffd}\u{fffd}');
  });

  it.each([32_768, 32_769, 131_072])('takes %i bytes [observed]', async (bytes) => {
    await using on = await connected();
    await on.api.post(on.connectionId, 'x'.repeat(bytes));
    expect(await on.client.nextText()).toHaveLength(bytes);
  });

  it('responds with 413 to 131,073 bytes, with neither body nor error type nor request id; the connection survives, and was not active [observed]', async () => {
    await using on = await connected();
    const before = await on.lastActiveAt();
    const response = await on.api.callback(on.path, { method: 'POST', body: 'x'.repeat(131_073) });
    expect([response.status, await response.text()]).toEqual([413, '']);
    expect([...response.headers.keys()]).toEqual(['connection', 'content-length', 'date']);
    expect(await on.lastActiveAt()).toBe(before);
    await on.api.post(on.connectionId, 'still here');
    expect(await on.client.nextText()).toBe('still here');
  });

  it('of nothing sends an empty text frame: C12 [observed]', async () => {
    await using on = await connected();
    await on.api.post(on.connectionId, '');
    expect(await on.client.nextText()).toBe('');
  });

  it.each(['', 'hello'])('of %j is 200 and counts as activity [observed]', async (data) => {
    await using on = await connected();
    const before = await on.lastActiveAt();
    await expect
      .poll(async () => {
        await on.api.post(on.connectionId, data);
        return on.lastActiveAt();
      })
      .toBeGreaterThan(before);
  });

  it.each([32_768, 32_769, 131_072])(
    'of %i bytes goes as one message of a text frame and continuation frames: C8 [observed]',
    async (bytes) => {
      await using on = await connected();
      using raw = await RawWebSocket.open(on.api.webSocketUrl);
      const text = 'x'.repeat(bytes);
      await on.api.post(connectionIdOf(await on.backend.next()), text);
      const frames = [await raw.next()];
      while (frames.at(-1)?.isFinal === false) frames.push(await raw.next());
      const { text: textFrame, continuation } = OPCODES;
      expect(frames.map(({ opcode }) => opcode)).toEqual([
        textFrame,
        ...Array.from({ length: frames.length - 1 }, () => continuation),
      ]);
      // the places where it is split vary
      expect(frames.length).toBeGreaterThan(1);
      expect(Buffer.concat(frames.map(({ payload }) => payload)).toString()).toBe(text);
    },
  );
});

describe('§8 GET', () => {
  it('responds with 200 and pretty-printed JSON, its keys in this order [observed]', async () => {
    await using on = await connected();
    const response = await on.api.callback(on.path);
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(
      /^\{\n {2}"identity" : \{\n {4}"sourceIp" : "[\d.a-f:]+",\n {4}"userAgent" : "some-agent"\n {2}\},\n {2}"connectedAt" : "[\d:.TZ-]{24}",\n {2}"lastActiveAt" : "[\d:.TZ-]{24}"\n\}$/,
    );
    expect(headersOf(response)).toMatchObject({
      'content-type': 'application/json',
      'x-amzn-requestid': REQUEST_ID,
      'x-amz-apigw-id': APIGW_ID,
      'x-amzn-trace-id': TRACE_ID,
    });
  });

  it('does not count as activity itself [observed]', async () => {
    await using on = await connected();
    const first = await on.api.getConnection(on.connectionId);
    const second = await on.api.getConnection(on.connectionId);
    expect(second.LastActiveAt).toEqual(first.LastActiveAt);
    expect(second.ConnectedAt).toEqual(first.ConnectedAt);
  });

  it('sees activity in a message of the client, on a one-way route too [observed]', async () => {
    await using on = await connected();
    const before = await on.lastActiveAt();
    await expect
      .poll(async () => {
        on.client.send('hello');
        await on.backend.next();
        return on.lastActiveAt();
      })
      .toBeGreaterThan(before);
  });
});

describe('§8 DELETE', () => {
  it('responds with 204, a content type and no body [observed]', async () => {
    await using on = await connected();
    const response = await on.api.callback(on.path, { method: 'DELETE' });
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(headersOf(response)).toMatchObject({
      'content-type': 'application/json',
      'x-amzn-requestid': REQUEST_ID,
      'x-amz-apigw-id': APIGW_ID,
    });
  });

  it('closes the connection with 1000 Connection Closed Normally [observed]', async () => {
    await using on = await connected();
    await on.api.deleteConnection(on.connectionId);
    expect(await on.client.closed).toEqual({ code: 1000, reason: 'Connection Closed Normally' });
  });
});

describe('§8 a connection that is gone', () => {
  it.each(['POST', 'GET', 'DELETE'])(
    'is 410 GoneException with an empty body for %s [observed]',
    async (method) => {
      await using on = await connected();
      await on.api.deleteConnection(on.connectionId);
      await on.client.closed;
      const response = await on.api.callback(on.path, {
        method,
        ...(method === 'POST' && { body: 'x' }),
      });
      expect([response.status, await response.text()]).toEqual([410, '']);
      expect(headersOf(response)).toMatchObject({
        'content-length': '0',
        'content-type': 'application/json',
        'x-amzn-errortype': 'GoneException',
        'x-amzn-requestid': REQUEST_ID,
        'x-amz-apigw-id': APIGW_ID,
        'x-amzn-trace-id': TRACE_ID,
      });
    },
  );

  it('is so for the SDK, after the client closed it [observed]', async () => {
    await using on = await connected();
    await on.client.close(1000);
    await expect.poll(async () => errorOf(on.api.post(on.connectionId, 'x'))).toEqual(['GoneException', 410]);
  });
});

describe('§8 an id that was never issued', () => {
  it.each(['POST', 'GET', 'DELETE'])('is 400, and named, for %s [observed]', async (method) => {
    await using on = await connected();
    const response = await on.api.callback('/@connections/AAAAAAAAAAAAAAA%3D', {
      method,
      ...(method === 'POST' && { body: 'x' }),
    });
    expect([response.status, await response.text()]).toEqual([
      400,
      '{"message":"Invalid connectionId: AAAAAAAAAAAAAAA="}',
    ]);
    const headers = headersOf(response);
    expect(headers).toMatchObject({
      'x-amzn-errortype': 'BadRequestException',
      'x-amzn-requestid': REQUEST_ID,
      'x-amz-apigw-id': APIGW_ID,
    });
    expect(headers).not.toHaveProperty('x-amzn-trace-id');
  });
});

describe('§8 a stage', () => {
  it('that does not exist is 403 Forbidden [observed]', async () => {
    await using on = await connected();
    const response = await on.api.callback(`/../none${on.path}`, { method: 'POST', body: 'x' });
    expect([response.status, await response.text()]).toEqual([403, '{"message":"Forbidden"}']);
    expect(headersOf(response)).toMatchObject({
      'x-amzn-errortype': 'ForbiddenException',
      'x-amzn-requestid': REQUEST_ID,
      'x-amz-apigw-id': APIGW_ID,
    });
  });

  it('serves the connections of every other stage of its API [observed]', async () => {
    await using on = await connected();
    await on.api.control.send(new CreateStageCommand({ ApiId: on.api.apiId, StageName: 'other' }));
    const path = `/../other${on.path}`;
    await expect.poll(async () => (await on.api.callback(path)).status).toBe(200);
    expect((await on.api.callback(path, { method: 'POST', body: 'x' })).status).toBe(200);
    expect(await on.client.nextText()).toBe('x');
    expect((await on.api.callback(path, { method: 'DELETE' })).status).toBe(204);
  });
});
