import { describe, expect, it } from 'vitest';
import { CONNECTION_ID } from '../../../support/deployed-api.js';
import { DeployedGateway } from '../../../support/deployed-gateway.js';
import { HttpBackend } from '../../../support/http-backend.js';
import { frame, frameHeader, OPCODES, RawWebSocket } from '../../../support/raw-web-socket.js';

const KB = 1024;
const { text, binary, continuation, ping, pong, close } = OPCODES;
const more = { isFinal: false };

const routes = (backend: HttpBackend) => ({
  $default: { integration: { IntegrationUri: `${backend.url}/message`, RequestParameters: CONNECTION_ID } },
  $disconnect: {
    integration: {
      IntegrationUri: `${backend.url}/disconnect`,
      RequestParameters: {
        'integration.request.header.Code': 'context.disconnectStatusCode',
        'integration.request.header.Reason': 'context.disconnectReason',
      },
    },
  },
});

describe('a message from the client', () => {
  it.each([
    ['in one frame of 32 KB', [frame(text, 'a'.repeat(32 * KB))], 'a'.repeat(32 * KB)],
    [
      'in four frames of 32 KB',
      ['a', 'b', 'c', 'd'].map((letter, index) =>
        frame(index === 0 ? text : continuation, letter.repeat(32 * KB), { isFinal: index === 3 }),
      ),
      ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(32 * KB)).join(''),
    ],
    [
      'in frames that are empty or cut a character',
      [frame(text, '', more), frame(continuation, [0xe2, 0x82], more), frame(continuation, [0xac])],
      '€',
    ],
    [
      'with a ping and a pong in between',
      [frame(text, 'a', more), frame(ping, 'p'), frame(pong), frame(continuation, 'b')],
      'ab',
    ],
  ])('arrives as one %s', async (_, frames, body) => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(routes(backend));
    using client = await RawWebSocket.open(gateway.webSocketUrl);
    client.write(...frames);
    const received = await backend.next();
    expect(received.body === body).toBe(true);
    expect(backend.unexpected).toEqual([]);
  });

  it('is served before the frame that closes the connection, not after it', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(routes(backend));
    using client = await RawWebSocket.open(gateway.webSocketUrl);
    client.write(frame(text, 'before'), frame(text, 'a'.repeat(32 * KB + 1)), frame(text, 'after'));
    expect(await client.nextClose()).toEqual({ code: 1009, reason: 'Message too big' });
    await client.ended;
    const received = [await backend.next(), await backend.next()];
    expect(received.map(({ url, body }) => ({ url, body }))).toEqual(
      expect.arrayContaining([
        { url: '/message', body: 'before' },
        { url: '/disconnect', body: '' },
      ]),
    );
    expect(backend.unexpected).toEqual([]);
  });

  it('is not served after the gateway has closed the connection', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(routes(backend));
    using client = await RawWebSocket.open(gateway.webSocketUrl);
    client.write(frame(binary, 'a'), frame(text, 'after'), frame(close, [0x03, 0xeb]));
    expect((await client.nextClose()).code).toBe(1003);
    await client.ended;
    expect((await backend.next()).url).toBe('/disconnect');
    expect(backend.unexpected).toEqual([]);
  });
});

describe('a ping', () => {
  it('gets a pong with its payload', async () => {
    await using gateway = await DeployedGateway.start({ $default: {} });
    using client = await RawWebSocket.open(gateway.webSocketUrl);
    client.write(frame(ping, 'are you there'));
    expect(await client.next()).toEqual({
      isFinal: true,
      opcode: pong,
      payload: Buffer.from('are you there'),
    });
  });
});

describe('the connection is closed', () => {
  it.each([
    ['1009, as soon as a header announces a frame over 32 KB', 1009, frameHeader(text, 32 * KB + 1)],
    ['1009 for a frame of 64 KB and more', 1009, frameHeader(text, 70 * KB)],
    ['1009 for a frame of 2^53 bytes', 1009, frameHeader(text, 2 ** 53)],
    [
      '1009 for a continuation frame over 32 KB',
      1009,
      Buffer.concat([frame(text, 'a', more), frame(pong), frameHeader(continuation, 32 * KB + 1)]),
    ],
    [
      '1009 for a message of 128 KB and a byte',
      1009,
      Buffer.concat([
        ...[0, 1, 2, 3].map((index) => frame(index === 0 ? text : continuation, 'a'.repeat(32 * KB), more)),
        frame(continuation, 'a'),
      ]),
    ],
    ['1003 for a binary message', 1003, frame(binary, 'a')],
    [
      '1003 for a binary message in fragments',
      1003,
      Buffer.concat([frame(binary, 'a', more), frame(continuation, 'b')]),
    ],
    ['1007 for text that is not UTF-8', 1007, frame(text, [0xff, 0xfe])],
    ['1002 for a frame without a mask', 1002, frame(text, 'a', { isMasked: false })],
    ['1002 for an unknown opcode', 1002, frame(3, 'a')],
    ['1002 for a reserved bit', 1002, frame(text, 'a', { reserved: 4 })],
    ['1002 for a continuation of nothing', 1002, frame(continuation, 'a')],
    [
      '1002 for a text frame within a message',
      1002,
      Buffer.concat([frame(text, 'a', more), frame(text, 'b')]),
    ],
    ['1002 for a control frame in fragments', 1002, frame(ping, 'a', more)],
    ['1002 for a control frame over 125 bytes', 1002, frame(ping, 'a'.repeat(126))],
    ['1002 for a close code that may not be sent', 1002, frame(close, [0x03, 0xee])],
  ])('with %s', async (_, code, bytes) => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(routes(backend));
    using client = await RawWebSocket.open(gateway.webSocketUrl);
    client.write(bytes);
    const closed = await client.nextClose();
    expect(closed.code).toBe(code);
    if (code === 1003) client.write(frame(close, [0x03, 0xeb]));
    await client.ended;
    client.socket.end();

    const { url, headers } = await backend.next();
    expect({ url, code: headers.code, reason: headers.reason ?? '' }).toEqual({
      url: '/disconnect',
      code: String(code),
      reason: closed.reason,
    });
  });
});

describe('a message to the client', () => {
  it.each([
    ['8 KB', 'a'.repeat(8 * KB), [8 * KB]],
    ['8 KB and a byte', 'a'.repeat(8 * KB + 1), [8 * KB, 1]],
    ['128 KB', 'a'.repeat(128 * KB), Array.from({ length: 16 }, () => 8 * KB)],
    ['more than 8 KB in characters of three bytes', '€'.repeat(5_000), [8 * KB, 6_808]],
    ['nothing', '', [0]],
  ])('of %s is sent in frames of at most 8 KB', async (_, message, sizes) => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(routes(backend));
    using client = await RawWebSocket.open(gateway.webSocketUrl);
    client.write(frame(text, 'who am I'));
    const { headers } = await backend.next();
    await gateway.post(headers.connectionid as string, message);

    const frames = await Promise.all(sizes.map(async () => client.next()));
    expect(frames.map(({ payload }) => payload.length)).toEqual(sizes);
    expect(frames.map(({ opcode }) => opcode)).toEqual(
      Array.from(sizes.keys(), (index) => (index === 0 ? text : continuation)),
    );
    expect(frames.map(({ isFinal }) => isFinal)).toEqual(
      Array.from(sizes.keys(), (index) => index === sizes.length - 1),
    );
    expect(Buffer.concat(frames.map(({ payload }) => payload)).toString('utf8') === message).toBe(true);
  });
});
