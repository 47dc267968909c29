import { once } from 'node:events';
import { connect, type SecureVersion } from 'node:tls';
import { generate } from 'selfsigned';
import { describe, expect, it } from 'vitest';
import { type HttpBackend } from '../support/http-backend.js';
import { RawWebSocket } from '../support/raw-web-socket.js';
import { refusedHandshake } from '../support/web-socket-client.js';
import { CONNECTION_ID } from '../support/deployed-api.js';
import { ApiUnderTest, connectionIdOf, errorOf, startBackend } from './api-under-test.js';
import closes from './recorded/closes.json' with { type: 'json' };
import { isAws, isOwnStandIn, openTarget } from './target.js';

const connectRoute = (backend: HttpBackend & { publicUrl: string }) => ({
  $connect: {
    integration: { IntegrationUri: `${backend.publicUrl}/connect`, RequestParameters: CONNECTION_ID },
  },
});

const everyRoute = (backend: HttpBackend & { publicUrl: string }) => ({
  ...connectRoute(backend),
  $default: { integration: { IntegrationUri: `${backend.publicUrl}/message` } },
  $disconnect: {
    integration: {
      IntegrationUri: `${backend.publicUrl}/disconnect`,
      RequestParameters: CONNECTION_ID,
    },
  },
});

/** The version of TLS that a client gets who speaks this one only. */
async function negotiated(version: SecureVersion): Promise<string | null> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
  });
  await using target = await openTarget({ tls: { cert, key } });
  // every API of a Region is at the same endpoint
  const { hostname, port } = new URL(target.webSocketUrl('conformance', target.stage));
  const socket = connect({
    host: hostname,
    port: Number(port || 443),
    minVersion: version,
    maxVersion: version,
    // without this the client itself refuses what is too old
    ciphers: 'DEFAULT@SECLEVEL=0',
    rejectUnauthorized: false,
  });
  try {
    await once(socket, 'secureConnect');
    return socket.getProtocol();
  } finally {
    socket.destroy();
  }
}

describe.runIf(isAws || isOwnStandIn)('§1 the endpoint', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s [documented]', async (version) => {
    expect(await negotiated(version)).toBe(version);
  });

  it('does not speak TLSv1.1 [documented]', async () => {
    await expect(negotiated('TLSv1.1')).rejects.toMatchObject({
      code: expect.stringMatching(/PROTOCOL_VERSION|ECONNRESET/) as string,
    });
  });
});

describe('§1 a handshake', () => {
  it('is not completed before $connect has answered [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(connectRoute(backend));
    const decided = Promise.withResolvers<{ status: number }>();
    backend.answer = () => decided.promise;

    let isOpen = false;
    const opening = api.open().then((client) => {
      isOpen = true;
      return client;
    });
    await backend.next();
    expect(isOpen).toBe(false);
    decided.resolve({ status: 200 });
    using client = await opening;
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it.each([200, 201])('is completed when $connect responds with %i [observed]', async (status) => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(connectRoute(backend));
    backend.answer = () => ({ status });
    using client = await api.open();
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it.each([301, 400, 401, 403, 501])(
    'is refused with the status and the body of a $connect that responds with %i [observed]',
    async (status) => {
      await using backend = await startBackend();
      await using api = await ApiUnderTest.deployed(connectRoute(backend));
      backend.answer = () => ({ status, headers: { 'content-type': 'text/plain' }, body: 'no' });
      expect(await refusedHandshake(api.webSocketUrl)).toMatchObject({ status, body: 'no' });
    },
  );

  it('that $connect refuses makes no connection: there is no $disconnect [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(everyRoute(backend));
    backend.answer = ({ url }) => ({ status: url === '/connect' ? 403 : 200 });
    await refusedHandshake(api.webSocketUrl);
    const connectionId = connectionIdOf(await backend.next());
    expect(await errorOf(api.getConnection(connectionId))).toEqual(['GoneException', 410]);
    expect(backend.unexpected).toEqual([]);
  });

  it('succeeds without a $connect route, and no backend is called [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $default: { integration: { IntegrationUri: `${backend.publicUrl}/message` } },
    });
    using client = await api.open();
    client.send('first');
    expect((await backend.next()).url).toBe('/message');
  });

  it('succeeds with a $connect route that has no integration [documented]', async () => {
    await using api = await ApiUnderTest.deployed({ $connect: {} });
    using client = await api.open();
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it('succeeds with a slash after the stage [documented]', async () => {
    await using api = await ApiUnderTest.deployed({ $default: {} });
    using client = await api.open({ query: '/' });
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it.each([
    ['of an unknown stage', (url: string) => url.replace(/[^/]+$/, 'none')],
    ['below the stage', (url: string) => `${url}/below`],
  ])('at a path %s is refused with 403 Forbidden [observed]', async (_, path) => {
    await using api = await ApiUnderTest.deployed({ $default: {} });
    const refused = await refusedHandshake(path(api.webSocketUrl));
    expect(refused).toMatchObject({ status: 403, body: '{"message":"Forbidden"}' });
    expect(refused.headers['x-amzn-errortype']).toBe('ForbiddenException');
  });

  it('that $connect refuses has x-amz-apigw-id, one Date and a content type, also without one of the backend: C6 [observed]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(connectRoute(backend));
    backend.answer = () => ({ status: 403, body: '{}' });
    const refused = await refusedHandshake(api.webSocketUrl);
    expect(refused.headers).toMatchObject({
      'content-type': 'application/json; charset=UTF-8',
      'x-amz-apigw-id': expect.stringMatching(/^[\w-]{15}=$/) as string,
    });
    expect(refused.headerNames.filter((name) => name === 'date')).toEqual(['date']);
  });

  it('that is accepted has a 101 with exactly four headers, none of the backend: C7 [observed]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(connectRoute(backend));
    backend.answer = () => ({ status: 200, headers: { 'content-type': 'application/json', 'x-a': 'b' } });
    using raw = await RawWebSocket.open(api.webSocketUrl);
    const [statusLine, ...headers] = raw.head.trimEnd().split('\r\n');
    expect(statusLine).toMatch(/^HTTP\/1\.1 101 /);
    expect(
      headers
        .map((line) => line.toLowerCase().replace(/(?<=^(date|sec-websocket-accept): ).+/, '…'))
        .toSorted(),
    ).toEqual(['connection: upgrade', 'date: …', 'sec-websocket-accept: …', 'upgrade: websocket']);
  });

  it('that the gateway itself refuses has a JSON body with message and ids, and x-amz-apigw-id [observed]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(connectRoute(backend));
    await backend[Symbol.asyncDispose]();
    const refused = await refusedHandshake(api.webSocketUrl);
    expect(refused.headers).toMatchObject({
      'content-type': 'application/json; charset=UTF-8',
      'x-amz-apigw-id': expect.stringMatching(/^[\w-]{15}=$/) as string,
    });
    // C6
    expect(refused.headerNames).not.toContain('x-amzn-errortype');
    expect(refused.headerNames).not.toContain('x-amzn-requestid');
    expect(JSON.parse(refused.body)).toEqual({
      message: expect.any(String) as string,
      connectionId: expect.stringMatching(/=$/) as string,
      requestId: expect.stringMatching(/=$/) as string,
    });
  });

  it('gets the sub-protocol of the response to $connect [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(connectRoute(backend));
    backend.answer = () => ({ status: 200, headers: { 'Sec-WebSocket-Protocol': 'second' } });
    using client = await api.open({ protocols: ['first', 'second'] });
    expect(client.socket.protocol).toBe('second');
    // the list arrives as one value
    expect((await backend.next()).headers['sec-websocket-protocol']).toBe('first,second');
  });

  it('gets no sub-protocol when $connect names none [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(connectRoute(backend));
    await expect(api.open({ protocols: ['first'] })).rejects.toThrow('Server sent no subprotocol');
  });
});

describe('§1 a connection id', () => {
  it('ends with = and vouches for itself: one changed character makes it 400 [observed]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(connectRoute(backend));
    using _ = await api.open();
    const connectionId = connectionIdOf(await backend.next());
    expect(connectionId).toMatch(/^[\w-]{15,18}={1,2}$/);
    const altered = (connectionId.startsWith('A') ? 'B' : 'A') + connectionId.slice(1);
    expect(await errorOf(api.getConnection(altered))).toEqual(['BadRequestException', 400]);
  });

  it('gets 410 GoneException while $connect is still running [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(connectRoute(backend));
    const outcome = Promise.withResolvers<unknown>();
    backend.answer = async (request) => {
      outcome.resolve(await errorOf(api.post(connectionIdOf(request), 'too early')));
      return { status: 200 };
    };
    using _ = await api.open();
    expect(await outcome.promise).toEqual(['GoneException', 410]);
  });
});

describe('§1 $disconnect', () => {
  it('runs once the socket is closed, with the id of its connection [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(everyRoute(backend));
    using client = await api.open();
    const connectionId = connectionIdOf(await backend.next());
    const seen = Promise.withResolvers<unknown>();
    backend.answer = async () => {
      seen.resolve(await errorOf(api.post(connectionId, 'too late')));
      return { status: 200 };
    };
    await client.close(1000);
    const request = await backend.next();
    expect([request.url, connectionIdOf(request)]).toEqual(['/disconnect', connectionId]);
    expect(await seen.promise).toEqual(['GoneException', 410]);
  });

  it.each([200, 500])('has no effect by its response %i [observed]', async (status) => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(everyRoute(backend));
    backend.answer = ({ url }) => ({ status: url === '/disconnect' ? status : 200 });
    using client = await api.open();
    await backend.next();
    await client.close(1000);
    await backend.next();
    using again = await api.open();
    expect(again.socket.readyState).toBe(again.socket.OPEN);
  });
});

describe('§1 a clean close by the client', () => {
  it.each(closes.echoed)('with $code is answered with the same code and reason [observed]', async (close) => {
    await using api = await ApiUnderTest.deployed({ $default: {} });
    using client = await api.open();
    client.socket.close(close.code, close.reason);
    expect(await client.closed).toEqual(close);
  });
});

it('§1 responses to messages may come in another order: none waits for another [documented]', async () => {
  await using backend = await startBackend();
  await using api = await ApiUnderTest.deployed({
    $default: { integration: { IntegrationUri: backend.publicUrl } },
  });
  using client = await api.open();
  const first = Promise.withResolvers<{ status: number }>();
  backend.answer = ({ body }) => (body === 'first' ? first.promise : { status: 200 });
  client.send('first');
  client.send('second');
  expect(new Set([(await backend.next()).body, (await backend.next()).body])).toEqual(
    new Set(['first', 'second']),
  );
  first.resolve({ status: 200 });
});
