import { describe, expect, it, vi } from 'vitest';
import { settle } from '../../src/client/testing/index.js';
import { MINUTE, SetUp, upTo } from './set-up.js';

/** Guarantee 6. */
const token = () => 'jan';

describe('a publish', () => {
  it('resolves with the offset', async () => {
    const setUp = new SetUp();
    const { room, messages } = await setUp.join();
    expect(await room.publish({ text: 'hello' })).toBe(1);
    expect(await room.publish(null)).toBe(2);
    expect(messages.map(({ data }) => data)).toEqual([{ text: 'hello' }, null]);
  });

  it('waits until the client has joined', async () => {
    const setUp = new SetUp();
    const client = setUp.connect();
    expect(await client.channel('news').publish('x')).toBe(1);
    expect(setUp.service.requests.map(({ action }) => action)).toEqual(['join', 'publish']);
  });

  it('waits while there is no connection, and keeps the order', async () => {
    const setUp = new SetUp();
    const { room, messages } = await setUp.join();
    setUp.service.disconnect();
    await settle();
    const published = upTo(20).map((n) => room.publish(n));
    await setUp.advance(2000);
    expect(await Promise.all(published)).toEqual(upTo(20));
    expect(messages.map(({ data }) => data)).toEqual(upTo(20));
  });

  it('keeps the order when a reply is late or an attempt fails', async () => {
    const setUp = new SetUp();
    let failures = 2;
    setUp.service.onRequest = ({ action }) =>
      action === 'publish' && (failures -= 1) >= 0 ? { message: 'Too Many Requests' } : undefined;
    const { room, messages } = await setUp.join();
    const published = upTo(3).map((n) => room.publish(n));
    await setUp.advance(5000);
    expect(await Promise.all(published)).toEqual(upTo(3));
    expect(messages.map(({ data }) => data)).toEqual(upTo(3));
  });

  it('is refused when too many wait', async () => {
    const setUp = new SetUp();
    const { client, room } = await setUp.join('news', { queueLimit: 3 });
    setUp.service.disconnect();
    await settle();
    const waiting = [room.publish(1), client.channel('other').publish(2), room.publish(3)];
    await expect(room.publish(4)).rejects.toMatchObject({ code: 'queue_full' });
    await setUp.advance(2000);
    expect(await Promise.all(waiting)).toEqual([1, 1, 2]);
    expect(await room.publish(5)).toBe(3);
  });

  it('whose reply was lost with the connection is published once', async () => {
    const setUp = new SetUp();
    const { room, messages } = await setUp.join('news', { token });
    setUp.service.onDeliver = ({ type }) => type !== 'published';
    const published = room.publish('once');
    await settle();
    setUp.service.onDeliver = undefined;
    setUp.service.disconnect();
    await setUp.advance(2000);
    expect(await published).toBe(1);
    expect(messages.map(({ data }) => data)).toEqual(['once']);
    expect(setUp.service.channel('news').position.offset).toBe(1);
    const [first, second] = setUp.requests('publish');
    expect(first?.key).toMatch(/^[\w-]{10,64}$/);
    expect(second?.key).toBe(first?.key);
  });

  it('whose reply was lost on a connection that goes on is repeated there', async () => {
    const setUp = new SetUp();
    const { room } = await setUp.join();
    setUp.service.onDeliver = ({ type }) => type !== 'published';
    const published = room.publish('once');
    await settle();
    setUp.service.onDeliver = undefined;
    await setUp.advance(31_000);
    expect(await published).toBe(1);
    expect(setUp.service.channel('news').position.offset).toBe(1);
  });

  it('whose reply was lost with the connection is rejected if the service does not know the user', async () => {
    const setUp = new SetUp();
    const { room, offsets } = await setUp.join();
    setUp.service.onDeliver = ({ type }) => type !== 'published';
    const published = room.publish('once');
    const rejected = published.catch((error: unknown) => error);
    const next = room.publish('next');
    await settle();
    setUp.service.onDeliver = undefined;
    setUp.service.disconnect();
    await setUp.advance(2000);
    expect(await rejected).toMatchObject({ code: 'outcome_unknown' });
    expect(await next).toBe(2);
    expect(offsets).toEqual([1, 2]);
  });

  it('is rejected when the service may have forgotten its key', async () => {
    const setUp = new SetUp();
    const { room } = await setUp.join('news', { token });
    setUp.service.onDeliver = ({ type }) => type !== 'published';
    const rejected = room.publish('x').catch((error: unknown) => error);
    await settle();
    setUp.service.onDeliver = undefined;
    setUp.service.handshake = 'unreachable';
    setUp.service.disconnect();
    await setUp.advance(6 * MINUTE);
    setUp.service.handshake = undefined;
    await setUp.advance(MINUTE);
    expect(await rejected).toMatchObject({ code: 'outcome_unknown' });
    expect(setUp.requests('publish')).toHaveLength(1);
  });

  it('that was never sent waits for as long as it takes', async () => {
    const setUp = new SetUp();
    const { room } = await setUp.join();
    setUp.service.handshake = 'unreachable';
    setUp.service.disconnect();
    await settle();
    const published = room.publish('x');
    await setUp.advance(60 * MINUTE);
    setUp.service.handshake = undefined;
    await setUp.advance(MINUTE);
    expect(await published).toBe(1);
  });

  it('joins again when the service says that the client is no member', async () => {
    const setUp = new SetUp();
    const { room } = await setUp.join();
    setUp.service.channel('news').members.clear();
    const published = room.publish('x');
    await setUp.advance(1000);
    expect(await published).toBe(1);
    expect(setUp.service.requests.map(({ action }) => action)).toEqual([
      'join',
      'publish',
      'join',
      'publish',
    ]);
  });

  it.each(['not_permitted', 'key_reused', 'bad_message', 'message_too_large'] as const)(
    'is rejected with the error %s of the service',
    async (code) => {
      const setUp = new SetUp();
      const { room } = await setUp.join();
      setUp.service.onRequest = ({ data }) =>
        data === 'refused' ? { type: 'error', code, message: 'No.' } : undefined;
      await expect(room.publish('refused')).rejects.toMatchObject({
        name: 'BackchannelError',
        code,
        message: 'No.',
      });
      expect(await room.publish('next')).toBe(1);
    },
  );

  it('is rejected when the channel is refused, and tried when the next connection may join', async () => {
    const setUp = new SetUp();
    let isRefused = true;
    setUp.service.onRequest = ({ action }) =>
      action === 'join' && isRefused ? { type: 'error', code: 'not_permitted', message: 'No.' } : undefined;
    const client = setUp.connect();
    const room = client.channel('user:ida');
    const errors: string[] = [];
    room.on('error', ({ code }) => errors.push(code));
    await expect(room.publish('waits')).rejects.toMatchObject({ code: 'not_permitted' });
    await expect(room.publish('later')).rejects.toMatchObject({ code: 'not_permitted' });
    expect(errors).toEqual(['not_permitted']);
    isRefused = false;
    setUp.service.disconnect();
    await setUp.advance(2000);
    expect(await room.publish('x')).toBe(1);
  });

  it.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a cycle', Object.assign([] as unknown[], { 0: {} }) && cycle()],
    ['a BigInt', 1n],
  ])('of %s is rejected', async (_, data) => {
    const setUp = new SetUp();
    const { room } = await setUp.join();
    await expect(room.publish(data)).rejects.toMatchObject({ code: 'not_serializable' });
    expect(setUp.requests('publish')).toEqual([]);
  });

  it('is rejected if it does not fit into a frame, because API Gateway would close the connection', async () => {
    const setUp = new SetUp();
    const sizes: number[] = [];
    const { room } = await setUp.join('news', { WebSocket: countingSocket(setUp, sizes) });
    await expect(room.publish('é'.repeat(16_400))).rejects.toMatchObject({ code: 'message_too_large' });
    for (let n = 32_500; n < 32_700; n += 1) await room.publish('x'.repeat(n)).catch(() => undefined);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(32 * 1024);
    expect(Math.max(...sizes)).toBeGreaterThan(32 * 1024 - 20);
    await room.publish('😀é€'.repeat(3500));
    expect(sizes.at(-1)).toBeLessThanOrEqual(32 * 1024);
  });

  it('sends the data as they were when it was called', async () => {
    const setUp = new SetUp();
    const { room, messages } = await setUp.join();
    const data = { text: 'before' };
    const published = room.publish(data);
    data.text = 'after';
    await published;
    expect(messages[0]?.data).toEqual({ text: 'before' });
  });

  it('has a key that no other client has', async () => {
    const setUp = new SetUp();
    const a = await setUp.join('news', { random: Math.random });
    const b = await setUp.join('news', { random: Math.random });
    await Promise.all([a.room.publish(1), a.room.publish(2), b.room.publish(1), b.room.publish(2)]);
    expect(new Set(setUp.requests('publish').map(({ key }) => key)).size).toBe(4);
  });
});

describe('a publish with a signal', () => {
  it('is not sent if it is aborted while it waits', async () => {
    const setUp = new SetUp();
    const { room, messages } = await setUp.join();
    setUp.service.disconnect();
    await settle();
    const abort = new AbortController();
    const rejected = room.publish('aborted', { signal: abort.signal }).catch((error: unknown) => error);
    const next = room.publish('next');
    abort.abort(new Error('changed my mind'));
    expect(await rejected).toMatchObject({ message: 'changed my mind' });
    await setUp.advance(2000);
    expect(await next).toBe(1);
    expect(messages.map(({ data }) => data)).toEqual(['next']);
  });

  it('is rejected at once if the signal was aborted before', async () => {
    const setUp = new SetUp();
    const { room } = await setUp.join();
    await expect(room.publish('x', { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
      'before',
    );
    await settle();
    expect(setUp.requests('publish')).toEqual([]);
  });

  it('leaves no listener on it', async () => {
    const setUp = new SetUp();
    const { room } = await setUp.join();
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    await room.publish('x', { signal });
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
      added.mock.calls.map(([, listener]) => listener),
    );
  });
});

function cycle(): unknown {
  const data: { self?: unknown } = {};
  data.self = data;
  return data;
}

/** A fake WebSocket that notes the bytes of each message of a client. */
function countingSocket({ service }: SetUp, sizes: number[]) {
  const { WebSocket } = service.options;
  return function Counting(url: string, protocols: string[]) {
    const socket = new WebSocket(url, protocols);
    const send = socket.send.bind(socket);
    socket.send = (text) => {
      if (text.includes('"publish"')) sizes.push(Buffer.byteLength(text));
      send(text);
    };
    return socket;
  } as unknown as typeof WebSocket;
}
