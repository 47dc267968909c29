import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LocalPrograms } from '../support/local-programs.js';
import { type WebSocketClient } from '../support/web-socket-client.js';

/**
 * Client → gateway → service and back by `@connections`: both programs as processes of their own, as built. All tests use
 * the same two, each with channels of its own.
 */
let programs: LocalPrograms;

beforeAll(async () => {
  programs = await LocalPrograms.start();
});

afterAll(async () => programs[Symbol.asyncDispose]());

const open = async () => programs.open('demo');

const joinChannel = async (client: WebSocketClient, channel: string) => {
  client.send({ action: 'join', channel });
  expect(await client.next()).toMatchObject({ type: 'joined', channel });
};

/**
 * The next message from the service. The gateway's own error frames, which have no type, are skipped: a client gets one
 * when the service is killed after its callback and before its HTTP response.
 */
async function nextOfService(client: WebSocketClient): Promise<object> {
  for (;;) {
    const message = (await client.next()) as object;
    if ('type' in message) return message;
  }
}

describe('a frame', () => {
  it('goes through the gateway to the service, which replies by @connections', async () => {
    using client = await open();
    client.send({ action: 'ping', id: 1 });
    expect(await client.next()).toEqual({ type: 'pong', id: 1 });
  });

  it('published by either of two members reaches both', async () => {
    using one = await open();
    using two = await open();
    await joinChannel(one, 'news');
    await joinChannel(two, 'news');
    for (const [publisher, data] of [
      [one, 'hello from one'],
      [two, { text: 'hello from two' }],
    ] as const) {
      publisher.send({ action: 'publish', id: 'p', channel: 'news', data });
      for (const client of [one, two]) {
        const message = { type: 'message', channel: 'news', data, from: expect.any(String) as string };
        const reply = { type: 'published', id: 'p', channel: 'news' };
        const expected = client === publisher ? [message, reply] : [message];
        const received = [];
        while (received.length < expected.length) received.push(await client.next());
        expect(received).toMatchObject(expected);
      }
    }
  });

  it('that is not JSON gets an error, and the next one is served', async () => {
    using client = await open();
    client.send('hello');
    expect(await client.next()).toMatchObject({ type: 'error', code: 'not_json' });
    client.send({ action: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
  });

  it('of 128 KB is served', async () => {
    using client = await open();
    await joinChannel(client, 'big');
    const frame = (text: string) => JSON.stringify({ action: 'publish', channel: 'big', data: text });
    // what is delivered names the publisher too, so the data has to leave room for that
    const data = 'x'.repeat(128 * 1024 - frame('').length - 100);
    client.send(frame(data));
    expect(await client.next()).toMatchObject({ type: 'message', data });
    expect(await client.next()).toMatchObject({ type: 'published' });
  });
});

it('forgets a connection when it closes', async () => {
  const channel = 'visitors';
  using one = await open();
  using two = await open();
  await joinChannel(one, channel);
  await joinChannel(two, channel);
  await two.close(1000, 'bye');
  const isAlone = async () => {
    one.send({ action: 'presence', channel });
    expect(await one.next()).toMatchObject({ type: 'presence', data: { count: 1 } });
  };
  await vi.waitFor(isAlone, { timeout: 30_000 });
});

it('notifies the members of a presence channel of who joins, and of who leaves when a socket closes', async () => {
  const channel = 'presence:room';
  using one = await open();
  await joinChannel(one, channel);
  const two = await open();
  await joinChannel(two, channel);
  const joined = (await one.next()) as { data: { connectionId: string } };
  const { connectionId } = joined.data;
  expect(joined).toEqual({ type: 'member', channel, data: { event: 'joined', connectionId } });
  await two.close();
  expect(await one.next()).toEqual({ type: 'member', channel, data: { event: 'left', connectionId } });
});

it('keeps its members through a SIGKILL of the service', async () => {
  using one = await open();
  using two = await open();
  const channel = 'restart';
  await joinChannel(one, channel);
  await joinChannel(two, channel);

  expect(await programs.service.kill('SIGKILL')).toBe('SIGKILL');
  two.send({ action: 'ping' });
  expect(await two.next()).toMatchObject({ message: 'Internal server error' });

  await programs.startService();
  two.send({ action: 'publish', channel, data: 'after the restart' });
  const message = { type: 'message', channel, data: 'after the restart' };
  for (const client of [one, two]) expect(await nextOfService(client)).toMatchObject(message);
  expect(await nextOfService(two)).toMatchObject({ type: 'published' });
});

it('refuses a client whose $connect request does not prove where it comes from', async () => {
  // the last test: from here on the gateway has another secret than the service
  await programs.deploy({ gatewaySecret: 'another-secret-of-32-characters!' });
  await expect(open()).rejects.toMatchObject({ status: 403 });
});
