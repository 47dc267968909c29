import { afterEach, describe, expect, it, vi } from 'vitest';
import { PATHS } from '../../../src/api/integration.js';
import { RawConnection, requestHead } from '../../support/raw-connection.js';
import { startService } from '../../support/service-app.js';
import { API_KEY } from '../backend-api/backend-api.js';

const SECRET = 'a-secret-of-the-gateway';
const settings = { GATEWAY_SECRET: SECRET, API_KEYS: `orders:${API_KEY}` };
const fromGateway = { GatewaySecret: SECRET, ConnectionId: 'alice=' };
const PING = '{"action":"ping"}';

/** Routes of the backend API with a body. */
const POSTS = [
  '/v1/messages',
  '/v1/channels/news/messages',
  '/v1/connections/alice/messages',
  '/v1/users/alice/messages',
];

describe('a refusal does not wait for the body:', () => {
  it.each([
    ...Object.values(PATHS).map((path) => [path, 'wrong_gateway_secret'] as const),
    ...POSTS.map((path) => [path, 'missing_api_key'] as const),
    ['/nowhere', 'not_found'] as const,
    ['/metrics', 'not_found'] as const,
  ])('POST %s, %s', async (path, code) => {
    await using service = await startService(settings);
    using connection = await RawConnection.open(service.url);
    connection.write(requestHead(path, { 'Content-Length': 1000, 'Content-Type': 'application/json' }));
    const response = await connection.response();
    expect(response.headers).toMatchObject({
      connection: 'close',
      'content-type': expect.stringContaining('problem+json'),
    });
    expect(response.json()).toMatchObject({ code });
  });

  it('a content type that the backend API does not accept', async () => {
    await using service = await startService(settings);
    using connection = await RawConnection.open(service.url);
    const headers = {
      Authorization: `Bearer ${API_KEY}`,
      'Content-Length': 1000,
      'Content-Type': 'text/plain',
    };
    connection.write(requestHead('/v1/messages', headers));
    expect((await connection.response()).json()).toMatchObject({ code: 'unsupported_media_type' });
  });

  it('a Content-Length over the limit of the route', async () => {
    await using service = await startService(settings);
    for (const [path, bytes, headers] of [
      ['/message', 131_073, fromGateway],
      ['/connect', 131_073, fromGateway],
      ['/v1/messages', 1024 * 1024 + 1, { Authorization: `Bearer ${API_KEY}` }],
    ] as const) {
      using connection = await RawConnection.open(service.url);
      connection.write(requestHead(path, { ...headers, 'Content-Length': bytes }));
      expect((await connection.response()).json()).toMatchObject({ code: 'body_too_large' });
    }
  });

  it('Expect: 100-continue, without asking for the body', async () => {
    await using service = await startService(settings);
    using connection = await RawConnection.open(service.url);
    connection.write(requestHead('/message', { Expect: '100-continue', 'Content-Length': 1000 }));
    expect(await connection.response()).toMatchObject({ status: 403 });
  });
});

it('requires the secret or a key on every route that reads or changes state', async () => {
  await using service = await startService(settings);
  const tree = service.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
  const routes = [...tree.matchAll(/(\/\S*|\*) \(([A-Z, ]+)\)/g)].flatMap(([, path = '', methods = '']) =>
    methods.split(', ').map((method) => ({ method, path: path.replaceAll(/:\w+/g, 'x') })),
  );
  expect(routes.length).toBeGreaterThan(15);

  const open = new Set<string>();
  for (const { method, path } of routes.filter((route) => !route.path.includes('*'))) {
    const { status } = await fetch(new URL(path, service.url), { method, redirect: 'manual' });
    if (![401, 403, 404].includes(status)) open.add(path);
  }
  expect([...open].filter((path) => !path.startsWith('/v1/docs')).toSorted()).toEqual([
    '/health/live',
    '/health/ready',
    '/metrics',
    '/v1/asyncapi.json',
    '/v1/openapi.json',
  ]);
});

it('lets a client that still sends read the refusal, and does not read the rest', async () => {
  await using service = await startService(settings);
  const LENGTH = Number.MAX_SAFE_INTEGER;
  using connection = await RawConnection.open(service.url);
  connection.write(requestHead('/message', { 'Content-Length': LENGTH }));
  const refusal = connection.response();
  const closed = new AbortController();
  void connection.closed.then(() => closed.abort());
  const chunk = Buffer.alloc(16 * 1024);
  let bytes = 0;
  for (; !closed.signal.aborted; bytes += chunk.length) {
    await connection.send(chunk);
    // the kernel takes it at once, so that nothing else would ever come to its turn
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await refusal).toMatchObject({ status: 413, headers: { connection: 'close' } });
  expect(bytes).toBeLessThan(LENGTH);
});

it('does not serve a request behind one whose body was not read', async () => {
  await using service = await startService(settings);
  using connection = await RawConnection.open(service.url);
  connection.write(requestHead('/message', { 'Content-Length': 10 }));
  expect(await connection.response()).toMatchObject({ status: 403, headers: { connection: 'close' } });
  connection.write(
    `0123456789${requestHead('/message', { ...fromGateway, 'Content-Length': PING.length })}${PING}`,
  );
  await connection.closed;
  expect(service.endpoint.posts).toEqual([]);
});

describe('a body', () => {
  it('in several packets is read', async () => {
    await using service = await startService(settings);
    using connection = await RawConnection.open(service.url);
    connection.write(requestHead('/message', { ...fromGateway, 'Content-Length': PING.length }));
    for (const character of PING) {
      connection.write(character);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await connection.response()).toMatchObject({ status: 200, headers: { connection: 'keep-alive' } });
    expect(service.endpoint.messagesTo('alice=')).toContainEqual({ type: 'pong' });
  });

  it('in chunks is read, up to the limit', async () => {
    await using service = await startService(settings);
    using connection = await RawConnection.open(service.url);
    const head = requestHead('/message', { ...fromGateway, 'Transfer-Encoding': 'chunked' });
    connection.write(`${head}${PING.length.toString(16)}\r\n${PING}\r\n0\r\n\r\n`);
    expect(await connection.response()).toMatchObject({ status: 200 });
    connection.write(head);
    for (let chunk = 0; chunk < 9; chunk++) connection.write(`4000\r\n${' '.repeat(0x4000)}\r\n`);
    const response = await connection.response();
    expect(response.headers).toMatchObject({ connection: 'close' });
    expect(response.json()).toMatchObject({ code: 'body_too_large' });
  });

  it('is requested from a client that waits for 100 Continue, after the secret is checked', async () => {
    await using service = await startService(settings);
    using connection = await RawConnection.open(service.url);
    const headers = { ...fromGateway, Expect: '100-continue', 'Content-Length': PING.length };
    connection.write(requestHead('/message', headers));
    expect(await connection.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 100 /);
    connection.write(PING);
    expect(await connection.response()).toMatchObject({ status: 200 });
  });

  it('that is cut off is a bad request', async () => {
    await using service = await startService(settings);
    using connection = await RawConnection.open(service.url);
    connection.write(`${requestHead('/message', { ...fromGateway, 'Content-Length': 1000 })}{`);
    connection.end();
    expect((await connection.response()).json()).toMatchObject({ code: 'bad_request' });
    await connection.closed;
  });

  describe('that does not arrive', () => {
    afterEach(() => vi.useRealTimers());

    it.each([
      ['at all', { 'Content-Length': 1000 }, ''],
      ['completely', { 'Content-Length': 1000 }, '{'],
      ['to its last chunk', { 'Transfer-Encoding': 'chunked' }, '1\r\n{\r\n'],
    ])('%s gets 408 after 10 s', async (_, framing, sent) => {
      await using service = await startService(settings);
      using connection = await RawConnection.open(service.url);
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      connection.write(requestHead('/message', { ...fromGateway, ...framing }) + sent);
      await expect.poll(() => vi.getTimerCount()).toBeGreaterThan(0);

      vi.advanceTimersByTime(10_000);
      expect(service.lines.some(({ code }) => code === 'request_timeout')).toBe(false);
      vi.advanceTimersByTime(1_000);

      const response = await connection.response();
      vi.useRealTimers();
      expect(response).toMatchObject({ status: 408, headers: { connection: 'close' } });
      expect(response.json()).toMatchObject({ code: 'request_timeout' });
      connection.end();
      await connection.closed;
      expect(service.lines).toContainEqual(
        expect.objectContaining({ level: 'warn', code: 'request_timeout', connectionId: 'alice=' }),
      );
    });
  });
});
