import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS, type ProblemCode } from '../../../src/api/errors.js';
import { RawConnection, requestHead } from '../../support/raw-connection.js';
import { startService, type TestService } from '../../support/service-app.js';

const LIVE = 'GET /health/live HTTP/1.1\r\nHost: service\r\n\r\n';
const PROXY_V2 = Buffer.from('0d0a0d0a000d0a515549540a2111000c0a0000010a000002c3500bb8', 'hex');

const unreadable = ({ lines }: TestService) =>
  lines.filter(({ level, msg }) => level === 'warn' && msg === 'request cannot be read');

/** For what leaves nothing behind that another test would see. */
let shared: TestService;
beforeAll(async () => {
  shared = await startService();
});
afterAll(async () => shared[Symbol.asyncDispose]());

/** @returns the response to these bytes, once the connection is closed */
async function send(bytes: string | Uint8Array, service = shared) {
  using connection = await RawConnection.open(service.url);
  connection.write(bytes);
  const response = await connection.response();
  connection.end();
  await connection.closed;
  return response;
}

it.each([
  [
    'PROXY protocol v1',
    `PROXY TCP4 10.0.0.1 10.0.0.2 50000 3000\r\n${LIVE}`,
    'proxy_protocol_v1',
    /v1.*send-proxy/,
  ],
  [
    'PROXY protocol v2',
    Buffer.concat([PROXY_V2, Buffer.from(LIVE)]),
    'proxy_protocol_v2',
    /switch off proxy_protocol_v2\.enabled on the target group/,
  ],
  [
    'TLS',
    Buffer.from('16030100a5010000a10303000102030405060708090a0b0c0d0e0f', 'hex'),
    'tls',
    /plain HTTP.*TCP/,
  ],
  ['an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'http2', /h2c/],
] as const)('responds to %s with a problem, and logs what to change', async (_, bytes, cause, hint) => {
  await using service = await startService();
  const response = await send(bytes, service);
  expect(response).toMatchObject({
    status: 400,
    headers: { 'content-type': 'application/problem+json; charset=utf-8', connection: 'close' },
  });
  expect(response.json()).toEqual({
    title: PROBLEMS.not_http.title,
    status: 400,
    code: 'not_http',
    detail: expect.stringMatching(hint),
  });
  expect(unreadable(service)).toEqual([
    expect.objectContaining({ cause, hint: expect.stringMatching(hint), from: '127.0.0.1', suppressed: 0 }),
  ]);
});

it('warns once about an error that a load balancer repeats', async () => {
  await using service = await startService();
  for (let count = 0; count < 3; count++) await send(PROXY_V2, service);
  expect(unreadable(service)).toHaveLength(1);
});

it('closes the connection of a TLS client', async () => {
  const { port } = new URL(shared.url);
  const client = connectTls({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false });
  const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toMatch(/^ERR_SSL_/);
});

it('ignores a connection that is closed without a request', async () => {
  await using service = await startService();
  using connection = await RawConnection.open(service.url);
  connection.end();
  await connection.closed;
  expect(connection.received).toBe('');
  expect(service.lines.filter(({ level }) => level === 'warn')).toEqual([]);
});

const post = (headers: string, body = '') =>
  `POST /message HTTP/1.1\r\nHost: service\r\n${headers}\r\n\r\n${body}`;

describe('a problem', () => {
  it.each<[string, string, ProblemCode]>([
    ['headers over 16 KB', post(`Cookie: ${'x'.repeat(17_000)}`), 'headers_too_large'],
    ['a request line over 16 KB', `GET /${'x'.repeat(17_000)} HTTP/1.1\r\n\r\n`, 'headers_too_large'],
    ['an unknown method', 'BREW / HTTP/1.1\r\nHost: service\r\n\r\n', 'bad_request'],
    ['binary data', '\0\x01\x02\x03', 'bad_request'],
    ['a header with a space in its name', post('Bad Name: x'), 'bad_request'],
    ['lines that end with LF alone', 'GET /health/live HTTP/1.1\nHost: service\n\n', 'bad_request'],
    [
      'both lengths of a smuggled request',
      post('Content-Length: 4\r\nTransfer-Encoding: chunked', '0\r\n\r\n'),
      'bad_request',
    ],
    ['two Content-Lengths', post('Content-Length: 4\r\nContent-Length: 5', '12345'), 'bad_request'],
    ['a negative Content-Length', post('Content-Length: -4', '1234'), 'bad_request'],
    [
      'an unknown Transfer-Encoding',
      post('ConnectionId: a\r\nTransfer-Encoding: xchunked', '0\r\n\r\n'),
      'bad_request',
    ],
    [
      'a chunk without a size',
      post('ConnectionId: a\r\nTransfer-Encoding: chunked', 'ZZ\r\nabc\r\n'),
      'bad_request',
    ],
    ['no Host', 'GET /health/live HTTP/1.1\r\n\r\n', 'bad_request'],
    ['an invalid escape in the URL', 'GET /%zz HTTP/1.1\r\nHost: service\r\n\r\n', 'bad_request'],
    ['an invalid URL', 'GET http:///x HTTP/1.1\r\nHost: service\r\n\r\n', 'bad_request'],
    [
      'another expectation than 100-continue',
      post('Expect: 200-ok\r\nContent-Length: 2', '{}'),
      'expectation_failed',
    ],
    ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n', 'not_found'],
    ['TRACE', 'TRACE /message HTTP/1.1\r\nHost: service\r\n\r\n', 'not_found'],
    ['OPTIONS *', 'OPTIONS * HTTP/1.1\r\nHost: service\r\n\r\n', 'not_found'],
  ])('is the response to %s, and in the log', async (_, bytes, code) => {
    await using service = await startService();
    const { status } = PROBLEMS[code];
    const response = await send(bytes, service);
    expect(response).toMatchObject({
      status,
      headers: { 'content-type': 'application/problem+json; charset=utf-8' },
    });
    expect(response.json()).toEqual({
      title: PROBLEMS[code].title,
      status,
      code,
      detail: expect.stringMatching(/./),
    });
    expect(service.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    expect(service.endpoint.posts).toEqual([]);
  });
});

describe('unreadable bytes behind a request', () => {
  it('do not disturb the response to the request', async () => {
    await using service = await startService();
    const { promise: answer, resolve: decide } = Promise.withResolvers<'accepted'>();
    service.endpoint.answer = () => answer;
    using connection = await RawConnection.open(service.url);
    const body = '{"action":"ping"}';
    connection.write(
      requestHead('/message', { ConnectionId: 'alice=', 'Content-Length': body.length }) + body,
    );
    await expect.poll(() => service.endpoint.posts).toHaveLength(1);
    connection.write('longer than Content-Length says\r\n\r\n');
    await expect.poll(() => unreadable(service)).toMatchObject([{ cause: 'malformed' }]);

    decide('accepted');

    expect(await connection.response()).toMatchObject({ status: 200, headers: { connection: 'close' } });
    connection.end();
    await connection.closed;
    expect(connection.received).toBe('');
  });

  it('close the connection if the response was sent before', async () => {
    using connection = await RawConnection.open(shared.url);
    connection.write(LIVE);
    expect(await connection.response()).toMatchObject({ status: 200 });
    connection.write('\0');
    expect(await connection.response()).toMatchObject({ status: 400, headers: { connection: 'close' } });
    connection.end();
    await connection.closed;
  });
});
