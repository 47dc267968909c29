import { once } from 'node:events';
import { mkdtempDisposableSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { UnreadableRequests } from '../../../src/gateway/front/unreadable-request.js';
import { Gateway } from '../../../src/gateway/gateway.js';
import { loadTls } from '../../../src/gateway/front/tls.js';
import { DeployedGateway, startGateway } from '../../support/deployed-gateway.js';
import { LogLines } from '../../support/log-lines.js';
import { responseOf } from '../../support/raw-handshake.js';

const GET = 'GET /dev?token=secret HTTP/1.1\r\nHost: localhost\r\n';

describe('bytes that are not an HTTP request', () => {
  it.each<[string, Uint8Array, number, string]>([
    [
      'PROXY protocol v1',
      Buffer.from(`PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n${GET}\r\n`),
      400,
      'PROXY protocol v1',
    ],
    [
      'PROXY protocol v2',
      Buffer.concat([
        Buffer.from('0d0a0d0a000d0a515549540a2111000c', 'hex'),
        Buffer.alloc(12),
        Buffer.from(`${GET}\r\n`),
      ]),
      400,
      'PROXY protocol v2',
    ],
    ['a TLS ClientHello', Buffer.from('1603010200010001fc0303', 'hex'), 400, 'TLS at the plain port'],
    [
      'the preface of HTTP/2',
      Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
      400,
      'HTTP/2 without an upgrade',
    ],
    [
      '17 KB of cookies',
      Buffer.from(`${GET}Cookie: ${'secret=1; '.repeat(1_700)}\r\n\r\n`),
      431,
      'request line and headers over 10 KB',
    ],
    [
      'a long URL',
      Buffer.from(`GET /dev?token=${'secret'.repeat(2_000)} HTTP/1.1\r\n\r\n`),
      431,
      'request line and headers over 10 KB',
    ],
    [
      'a folded header',
      Buffer.from(`${GET}X: 1\r\n secret\r\n\r\n`),
      400,
      'malformed HTTP: Unexpected whitespace after header value',
    ],
    [
      'Content-Length with Transfer-Encoding',
      Buffer.from(`${GET}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`),
      400,
      "malformed HTTP: Transfer-Encoding can't be present with Content-Length",
    ],
    ['anything else', Buffer.from('secret\r\n\r\n'), 400, 'bytes that are not HTTP'],
  ])('get an HTTP response and a warning with the cause: %s', async (_, bytes, status, cause) => {
    const logLines = new LogLines();
    await using gateway = await DeployedGateway.start({ $default: {} }, { log: logLines.log });
    const { hostname, port } = new URL(gateway.gateway.url);
    const socket = connect(Number(port), hostname);
    socket.write(bytes);
    const response = await responseOf(socket);
    expect(response.status).toBe(status);
    expect(response.headers).toContain('Connection: close');
    const { message } = JSON.parse(response.body) as { message: string };
    expect(message).toContain(cause);

    const line = await logLines.next('request cannot be read');
    expect(line).toMatchObject({
      level: 40,
      cause,
      status,
      advice: expect.any(String),
      sourceIp: '127.0.0.1',
    });
    expect(JSON.stringify(line)).not.toContain('secret');
  });

  it('that end within a request get 400', async () => {
    const logLines = new LogLines();
    await using gateway = await DeployedGateway.start({ $default: {} }, { log: logLines.log });
    const { hostname, port } = new URL(gateway.gateway.url);
    const socket = connect(Number(port), hostname);
    socket.end('GET /dev HTT');
    expect(await responseOf(socket)).toMatchObject({ status: 400 });
    expect(await logLines.next('request cannot be read')).toMatchObject({ cause: 'an incomplete request' });
  });
});

describe('at the TLS port', () => {
  /** Without an API, because only TLS is tested. */
  async function overTls() {
    const logLines = new LogLines();
    const folder = mkdtempDisposableSync(join(tmpdir(), 'tls-'));
    const tls = await loadTls({ kind: 'self-signed', folder: folder.path, hosts: [] });
    const gateway = await Gateway.start({
      host: '127.0.0.1',
      port: 0,
      region: 'us-east-1',
      accountId: '000000000000',
      targets: new Map(),
      tls,
      log: logLines.log,
    });
    const close = async () => {
      await gateway.stop();
      folder.remove();
    };
    return { logLines, port: Number(new URL(gateway.url).port), [Symbol.asyncDispose]: close };
  }

  it('plain HTTP closes the connection with a warning', async () => {
    await using at = await overTls();
    const socket = connect(at.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(`${GET}\r\n`);
    await once(socket, 'close');
    expect(await at.logLines.next(WARNING)).toMatchObject({ cause: 'plain HTTP at the TLS port' });
  });

  it('the PROXY protocol closes the connection with a warning', async () => {
    await using at = await overTls();
    const socket = connect(at.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    socket.write('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n');
    await once(socket, 'close');
    expect(await at.logLines.next(WARNING)).toMatchObject({
      cause: 'bytes at the TLS port that are not TLS',
    });
  });
});

it('a silent connection to the TLS port does not delay a stop', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'tls-'));
  const tls = await loadTls({ kind: 'self-signed', folder: folder.path, hosts: [] });
  const gateway = await startGateway({ tls });
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const closed = once(socket.resume(), 'close');
  await gateway.stop();
  await closed;
  expect(socket.destroyed).toBe(true);
});

describe('the warning', () => {
  const unreadable = (code: string) => Object.assign(new Error('x'), { code });

  it('is logged once a minute for each cause, with the number of suppressed ones', async () => {
    let now = 0;
    const logLines = new LogLines();
    const requests = new UnreadableRequests(logLines.log, () => now);
    const fail = (code: string) => requests.respond(unreadable(code), new PassThrough());
    fail('HPE_INVALID_METHOD');
    fail('HPE_INVALID_METHOD');
    fail('HPE_HEADER_OVERFLOW');
    now = 59_999;
    fail('HPE_INVALID_METHOD');
    now = 60_000;
    fail('HPE_INVALID_METHOD');
    const lines = [await logLines.next(WARNING), await logLines.next(WARNING), await logLines.next(WARNING)];
    expect(lines.map(({ code, suppressed }) => [code, suppressed])).toEqual([
      ['HPE_INVALID_METHOD', undefined],
      ['HPE_HEADER_OVERFLOW', undefined],
      ['HPE_INVALID_METHOD', 2],
    ]);
  });

  it.each(['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN'])(
    'for %s says that the client does not trust the certificate',
    async (code) => {
      const logLines = new LogLines();
      new UnreadableRequests(logLines.log).respond(unreadable(code), new PassThrough());
      expect(await logLines.next(WARNING)).toMatchObject({
        cause: 'a client does not trust the certificate',
      });
    },
  );

  it('is not logged for a connection without data', async () => {
    const logLines = new LogLines();
    const requests = new UnreadableRequests(logLines.log);
    const socket = Object.assign(new PassThrough(), { bytesRead: 0 });
    requests.respond(unreadable('ERR_HTTP_REQUEST_TIMEOUT'), socket);
    requests.respond(unreadable('HPE_INVALID_METHOD'), new PassThrough());
    expect(await logLines.next(WARNING)).toMatchObject({ code: 'HPE_INVALID_METHOD' });
  });

  it('is not logged for an aborted connection', async () => {
    const logLines = new LogLines();
    const requests = new UnreadableRequests(logLines.log);
    const socket = new PassThrough();
    requests.respond(unreadable('ECONNRESET'), socket);
    await once(socket, 'close');
    requests.respond(unreadable('HPE_INVALID_METHOD'), new PassThrough());
    expect(await logLines.next(WARNING)).toMatchObject({ code: 'HPE_INVALID_METHOD' });
  });
});

it('does not corrupt a response in flight', async () => {
  const logLines = new LogLines();
  const requests = new UnreadableRequests(logLines.log);
  const socket = Object.assign(new PassThrough(), { _httpMessage: { headersSent: true } });
  requests.respond(Object.assign(new Error('x'), { code: 'HPE_INVALID_METHOD' }), socket);
  await once(socket, 'close');
  expect(socket.read()).toBeNull();
});

it.each(['h2c', 'TLS/1.0'])('serves a request that offers to upgrade to %s', async (upgrade) => {
  await using gateway = await DeployedGateway.start({ $default: {} });
  const { hostname, port } = new URL(gateway.gateway.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `GET /_gateway/health HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: ${upgrade}\r\n\r\n`,
  );
  expect(await responseOf(socket)).toMatchObject({ status: 200 });
});

const WARNING = 'request cannot be read';
