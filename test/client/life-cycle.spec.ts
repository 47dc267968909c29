import { setImmediate as macrotask } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { settle } from '../../src/client/testing/index.js';
import { MINUTE, SetUp, upTo } from './set-up.js';

/** Guarantee 7. */
describe('close()', () => {
  it('closes the connection, and leaves no timer', async () => {
    const setUp = new SetUp();
    const { client, statuses, room } = await setUp.join();
    void room.publish('x');
    setUp.service.onDeliver = () => false;
    await settle();
    await client.close();
    expect([setUp.service.open.length, setUp.clock.timers]).toEqual([0, 0]);
    expect(statuses.at(-1)).toEqual({ status: 'closed', error: undefined });
  });

  const moments: Record<string, (setUp: SetUp) => void | Promise<void>> = {
    'while it connects': ({ service }) => void (service.handshake = 'silent'),
    'while it waits for the next attempt': ({ service }) => void (service.handshake = 503),
    'while it joins': ({ service }) => void (service.onRequest = () => 'none'),
    'while a join is repeated': ({ service }) =>
      void (service.onRequest = () => ({ message: 'Too Many Requests' })),
  };
  it.each(Object.entries(moments))('%s leaves no timer, and rejects what waits', async (_, prepare) => {
    const setUp = new SetUp();
    await prepare(setUp);
    const { client, room } = await setUp.join();
    const waiting = [room.publish('x'), room.presence()];
    const settled = Promise.allSettled(waiting);
    void client.close();
    for (const { reason } of (await settled) as PromiseRejectedResult[])
      expect(reason).toMatchObject({ code: 'closed' });
    await setUp.advance(1000);
    expect([setUp.clock.timers, client.status]).toEqual([0, 'closed']);
    expect(setUp.service.open).toEqual([]);
  });

  it('in the middle of a hand-over closes both connections', async () => {
    const setUp = new SetUp();
    const { client } = await setUp.join();
    setUp.service.onRequest = ({ action }) => (action === 'join' ? 'none' : undefined);
    await setUp.advance(110 * MINUTE);
    expect(setUp.service.open).toHaveLength(2);
    await client.close();
    expect([setUp.service.open.length, setUp.clock.timers]).toEqual([0, 0]);
  });

  it('while the state is read and a gap is waited for leaves no timer', async () => {
    const setUp = new SetUp();
    const client = setUp.connect();
    client.channel('a', { state: () => Promise.reject(new Error('x')) });
    client.channel('b');
    await settle();
    setUp.service.send(setUp.service.open[0]!, { type: 'message', channel: 'b', offset: 2, data: 2 });
    await settle();
    await client.close();
    expect(setUp.clock.timers).toBe(0);
  });

  it('returns after a second when the other end does not respond', async () => {
    const setUp = new SetUp();
    const { client } = await setUp.join();
    setUp.service.open[0]!.socket.isHalfOpen = true;
    let isClosed = false;
    void client.close().then(() => (isClosed = true));
    await setUp.advance(999);
    expect(isClosed).toBe(false);
    await setUp.advance(1);
    expect([isClosed, setUp.clock.timers]).toEqual([true, 0]);
  });

  it('leaves nothing to be handled for promises that the application does not wait for', async () => {
    const setUp = new SetUp();
    const { client, room } = await setUp.join();
    setUp.service.disconnect();
    await settle();
    const rejections: unknown[] = [];
    const note = (reason: unknown) => void rejections.push(reason);
    process.on('unhandledRejection', note);
    void room.publish('x');
    void room.presence();
    await client.close();
    await macrotask();
    process.off('unhandledRejection', note);
    expect(rejections).toEqual([]);
  });

  it('can be called in any listener, and twice', async () => {
    const setUp = new SetUp();
    const { client, room, offsets } = await setUp.join();
    room.on('message', () => void client.close());
    for (let n = 0; n < 3; n += 1) setUp.service.publish('news', n);
    await settle();
    await client.close();
    expect([offsets, setUp.clock.timers]).toEqual([[1], 0]);
  });

  it('makes every later call fail with a typed error', async () => {
    const setUp = new SetUp();
    const { client, room } = await setUp.join();
    await client.close();
    expect(() => client.channel('x')).toThrow(expect.objectContaining({ code: 'closed' }));
    await expect(room.publish('x')).rejects.toMatchObject({ code: 'closed' });
    await expect(room.presence()).rejects.toMatchObject({ code: 'closed' });
    await expect(room.leave()).resolves.toBeUndefined();
    client.wake();
    expect(await Array.fromAsync(room)).toEqual([]);
  });

  it('is what the signal of connect does', async () => {
    const setUp = new SetUp();
    const abort = new AbortController();
    const { client } = await setUp.join('news', { signal: abort.signal });
    abort.abort();
    await settle();
    expect([client.status, setUp.clock.timers]).toEqual(['closed', 0]);
    expect(setUp.connect({ signal: abort.signal }).status).toBe('closed');
  });

  it('removes the listener on the signal of connect', async () => {
    const setUp = new SetUp();
    const { signal } = new AbortController();
    const removed = vi.spyOn(signal, 'removeEventListener');
    const { client } = await setUp.join('news', { signal });
    await client.close();
    expect(removed).toHaveBeenCalledTimes(1);
  });
});

describe('leave()', () => {
  it('ends the messages of the channel, and is confirmed by the service', async () => {
    const setUp = new SetUp();
    const { room, offsets } = await setUp.join();
    await room.leave();
    setUp.service.publish('news', 1);
    await settle();
    expect([offsets, setUp.service.channel('news').members.size]).toEqual([[], 0]);
    await expect(room.publish('x')).rejects.toMatchObject({ code: 'left' });
  });

  it('is over before the same channel is joined again', async () => {
    const setUp = new SetUp();
    const client = setUp.connect();
    // as in an effect that runs twice
    const first = client.channel('news');
    void first.leave();
    const second = client.channel('news');
    expect(second).not.toBe(first);
    const offsets: number[] = [];
    second.on('message', ({ offset }) => offsets.push(offset));
    await settle();
    expect(setUp.service.requests.map(({ action }) => action)).toEqual(['join']);
    void second.leave();
    const third = client.channel('news');
    await settle();
    expect(setUp.service.requests.map(({ action }) => action)).toEqual(['join', 'leave', 'join']);
    setUp.service.publish('news', 1);
    await settle();
    expect([offsets, third.position?.offset]).toEqual([[], 1]);
  });

  it('is confirmed before the same channel is joined again, because another task may handle the join', async () => {
    const setUp = new SetUp();
    const { client, room } = await setUp.join();
    setUp.service.latencyMs = 20;
    void room.leave();
    client.channel('news');
    await setUp.advance(39);
    expect(setUp.service.requests.map(({ action }) => action)).toEqual(['join', 'leave']);
    await setUp.advance(21);
    expect(setUp.service.requests.map(({ action }) => action)).toEqual(['join', 'leave', 'join']);
  });

  it('waits for a join in flight', async () => {
    const setUp = new SetUp({ latencyMs: 20 });
    const client = setUp.connect();
    const room = client.channel('news');
    await setUp.advance(50);
    const left = room.leave();
    await setUp.advance(1000);
    await left;
    expect(setUp.service.requests.map(({ action }) => action)).toEqual(['join', 'leave']);
    expect(setUp.service.channel('news').members.size).toBe(0);
  });

  it('whose outcome is not known replaces the connection, so that a late one has no effect', async () => {
    const setUp = new SetUp();
    const { room, client } = await setUp.join();
    client.channel('other');
    setUp.service.onRequest = ({ action }) =>
      action === 'leave' ? { type: 'error', code: 'unavailable', message: 'Late.' } : undefined;
    await room.leave();
    await setUp.advance(10);
    expect(setUp.service.connections).toHaveLength(2);
    expect(setUp.service.open.map(({ id }) => id)).toEqual(['connection-2']);
    expect(setUp.service.channel('news').members.size).toBe(0);
  });

  it('is over when the connection ends', async () => {
    const setUp = new SetUp();
    const { room } = await setUp.join();
    setUp.service.onRequest = () => 'none';
    const left = room.leave();
    setUp.service.disconnect();
    await settle();
    await expect(left).resolves.toBeUndefined();
  });
});

describe('an iteration', () => {
  it('gets every message, also those that arrive while one is handled', async () => {
    const setUp = new SetUp();
    const { room } = await setUp.join();
    const seen: number[] = [];
    const done = (async () => {
      for await (const { offset } of room) {
        seen.push(offset);
        await settle();
        if (offset === 5) break;
      }
    })();
    for (let n = 0; n < 7; n += 1) setUp.service.publish('news', n);
    await done;
    expect(seen).toEqual(upTo(5));
  });

  it('ends when the channel is left, the client is closed, or the signal is aborted', async () => {
    const setUp = new SetUp();
    const { client, room } = await setUp.join();
    const abort = new AbortController();
    const aborted = Array.fromAsync(room.messages({ signal: abort.signal }));
    setUp.service.publish('news', 1);
    await settle();
    abort.abort();
    expect((await aborted).map(({ offset }) => offset)).toEqual([1]);
    const left = Array.fromAsync(room);
    await room.leave();
    expect(await left).toEqual([]);
    const closed = Array.fromAsync(client.channel('other'));
    await client.close();
    expect(await closed).toEqual([]);
  });

  it('throws when it is too slow, after the messages that were kept', async () => {
    const setUp = new SetUp();
    const { room } = await setUp.join('news', { iterationLimit: 3 });
    const iterator = room.messages();
    for (let n = 0; n < 5; n += 1) setUp.service.publish('news', n);
    await settle();
    const taken = [await iterator.next(), await iterator.next(), await iterator.next()];
    expect(taken.map(({ value }) => value?.offset)).toEqual([1, 2, 3]);
    await expect(iterator.next()).rejects.toMatchObject({ code: 'too_slow' });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('throws when the channel is refused', async () => {
    const setUp = new SetUp();
    setUp.service.onRequest = () => ({ type: 'error', code: 'not_permitted', message: 'No.' });
    const client = setUp.connect();
    await expect(Array.fromAsync(client.channel('user:ida'))).rejects.toMatchObject({
      code: 'not_permitted',
    });
  });
});

describe('listeners', () => {
  it('are removed by the returned function, and by a signal', async () => {
    const setUp = new SetUp();
    const { room } = await setUp.join();
    const seen: string[] = [];
    const abort = new AbortController();
    const remove = room.on('message', () => seen.push('removed by function'));
    room.on('message', () => seen.push('removed by signal'), { signal: abort.signal });
    room.on('message', () => seen.push('never added'), { signal: AbortSignal.abort() });
    room.on('message', () => seen.push('stays'));
    setUp.service.publish('news', 1);
    await settle();
    remove();
    abort.abort();
    setUp.service.publish('news', 2);
    await settle();
    expect(seen).toEqual(['removed by function', 'removed by signal', 'stays', 'stays']);
  });
});

describe('presence', () => {
  it('names the members, once the client is one', async () => {
    const setUp = new SetUp();
    const { room } = await setUp.join('presence:lobby', { token: () => 'jan' });
    await setUp.join('presence:lobby', { token: () => 'ida' });
    expect(await room.presence()).toEqual({
      count: 2,
      members: [
        { connectionId: 'connection-1', userId: 'jan', joinedAt: 0 },
        { connectionId: 'connection-2', userId: 'ida', joinedAt: 0 },
      ],
    });
  });

  it('changes are handed on', async () => {
    const setUp = new SetUp();
    const { events } = await setUp.join('presence:lobby');
    const other = await setUp.join('presence:lobby');
    await other.client.close();
    await settle();
    expect(events).toEqual(['joined true 0', 'connection-2 joined', 'connection-2 left']);
  });

  it('is asked for again after a disturbance', async () => {
    const setUp = new SetUp();
    const { room } = await setUp.join();
    let failures = 2;
    setUp.service.onRequest = ({ action }) =>
      action === 'presence' && (failures -= 1) >= 0
        ? { type: 'error', code: 'unavailable', message: 'x' }
        : undefined;
    const presence = room.presence();
    await setUp.advance(5000);
    expect((await presence).count).toBe(1);
  });
});

it('hands on what a backend sends to the connection', async () => {
  const setUp = new SetUp();
  const { client } = await setUp.join();
  const seen: unknown[] = [];
  client.on('direct', ({ data }) => seen.push(data));
  setUp.service.sendDirect({ text: 'hello' });
  await settle();
  expect(seen).toEqual([{ text: 'hello' }]);
});
