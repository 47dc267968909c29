import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { HttpBackend } from '../../support/http-backend.js';
import { LogLines } from '../../support/log-lines.js';
import { rawHandshake, type RawHandshakeOptions, responseOf } from '../../support/raw-handshake.js';

const routes = (backend: HttpBackend) => ({
  $connect: { integration: { IntegrationUri: `${backend.url}/connect` } },
});

describe('an upgrade request that is not a WebSocket handshake', () => {
  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  it.each<[string, RawHandshakeOptions]>([
    ['a sub-protocol with a space', { headers: { 'Sec-WebSocket-Protocol': 'Bearer secret' } }],
    ['a sub-protocol with =', { headers: { 'Sec-WebSocket-Protocol': 'chat, token.secret=' } }],
    ['a sub-protocol with a character beyond ASCII', { headers: { 'Sec-WebSocket-Protocol': 'a\u00a0' } }],
    ['an empty Sec-WebSocket-Protocol', { headers: { 'Sec-WebSocket-Protocol': '' } }],
    ['an empty sub-protocol', { headers: { 'Sec-WebSocket-Protocol': 'a,,b' } }],
    ['an empty sub-protocol at the end', { headers: { 'Sec-WebSocket-Protocol': 'a,' } }],
    ['a sub-protocol named twice', { headers: { 'Sec-WebSocket-Protocol': 'a, a' } }],
    ['a sub-protocol named twice in two lines', { headers: { 'Sec-WebSocket-Protocol': ['a', 'b, a'] } }],
    ['no key', { headers: { 'Sec-WebSocket-Key': undefined } }],
    ['a key of the wrong length', { headers: { 'Sec-WebSocket-Key': 'c2hvcnQ=' } }],
    ['two keys', { headers: { 'Sec-WebSocket-Key': [key, key] } }],
    ['an old version', { headers: { 'Sec-WebSocket-Version': '8' } }],
    ['no version', { headers: { 'Sec-WebSocket-Version': undefined } }],
    ['two protocols to upgrade to', { headers: { Upgrade: 'websocket, foo' } }],
    ['another method', { method: 'POST' }],
  ])('because of %s gets 400 and a log line, and calls no integration', async (_, options) => {
    await using backend = await HttpBackend.start();
    const logLines = new LogLines();
    await using gateway = await DeployedGateway.start(routes(backend), { log: logLines.log });
    const { status, body } = await responseOf(rawHandshake(gateway.gateway.url, options));
    const line = await logLines.next('handshake refused');
    expect(status).toBe(400);
    expect(line).toMatchObject({ level: 30, status: 400, path: '/dev', stage: 'dev', apiId: gateway.apiId });
    expect(JSON.parse(body)).toEqual({ message: `Bad Request: ${String(line.reason)}` });
    expect(JSON.stringify(line)).not.toContain('secret');
    await gateway.gateway.stop();
    expect(backend.unexpected).toEqual([]);
  });

  it.each<[string, Required<RawHandshakeOptions>['headers']]>([
    ['several sub-protocols', { 'Sec-WebSocket-Protocol': 'a ,b,\tc' }],
    ['sub-protocols in several lines', { 'Sec-WebSocket-Protocol': ['a', 'b'] }],
    ['an extension that cannot be read', { 'Sec-WebSocket-Extensions': 'permessage-deflate; =' }],
    ['Upgrade in capitals', { Upgrade: 'WebSocket' }],
  ])('is not one with %s', async (_, headers) => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(routes(backend));
    const socket = rawHandshake(gateway.gateway.url, { headers });
    await backend.next();
    const [response] = (await once(socket, 'data')) as [Buffer];
    expect(response.toString()).toMatch(/^HTTP\/1\.1 101 /);
    socket.destroy();
  });
});

it('closes the socket of a refused client that does not close its side', async () => {
  await using backend = await HttpBackend.start();
  await using gateway = await DeployedGateway.start(routes(backend));
  const socket = rawHandshake(gateway.gateway.url, { target: '/nothing/here' });
  socket.allowHalfOpen = true;
  socket.resume();
  await once(socket, 'end');
  // stop waits for every socket
  await gateway.gateway.stop();
  expect(socket.destroyed).toBe(false);
  socket.destroy();
});

describe('the URL of a handshake', () => {
  /** A path and query that make the whole URL this long, with the host name on AWS. */
  const targetOf = ({ apiId }: DeployedGateway, characters: number) => {
    const start = '/dev?token=';
    return start.padEnd(characters - `wss://${apiId}.execute-api.us-east-1.amazonaws.com`.length, 'x');
  };

  it('gets 414 and a log line if it has 4,097 characters on AWS, and calls no integration', async () => {
    await using backend = await HttpBackend.start();
    const logLines = new LogLines();
    await using gateway = await DeployedGateway.start(routes(backend), { log: logLines.log });
    const target = targetOf(gateway, 4097);
    const { status, body } = await responseOf(rawHandshake(gateway.gateway.url, { target }));
    const line = await logLines.next('handshake refused');
    expect(status).toBe(414);
    expect(line).toMatchObject({ level: 30, status: 414, path: '/dev', stage: 'dev', apiId: gateway.apiId });
    expect(JSON.parse(body)).toEqual({ message: `URI Too Long: ${String(line.reason)}` });
    expect(body).not.toContain('xxx');
    await gateway.gateway.stop();
    expect(backend.unexpected).toEqual([]);
  });

  it('counts with the name of the gateway if that is longer', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(routes(backend));
    const { port } = new URL(gateway.gateway.url);
    const headers = { Host: `${'long-name.'.repeat(10)}localhost:${port}` };
    const target = targetOf(gateway, 4096);
    const { status } = await responseOf(rawHandshake(gateway.gateway.url, { target, headers }));
    expect(status).toBe(414);
  });

  it('may have 4,096 characters on AWS', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(routes(backend));
    const socket = rawHandshake(gateway.gateway.url, { target: targetOf(gateway, 4096) });
    expect((await backend.next()).url).toBe('/connect');
    socket.destroy();
  });
});
