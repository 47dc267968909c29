import { describe, expect, it } from 'vitest';
import { settle } from '../../src/client/testing/index.js';
import { MINUTE, SetUp } from './set-up.js';

/** Guarantee 2: the last message of a channel in which nothing follows. */
describe('the last message of a quiet channel', () => {
  it('is noticed within one heartbeat when it was lost', async () => {
    const setUp = new SetUp();
    const { offsets } = await setUp.join();
    setUp.service.onDeliver = (message) => message.type !== 'message';
    setUp.service.publish('news', 'lost');
    await settle();
    setUp.service.onDeliver = undefined;
    await setUp.advance(MINUTE + 1000);
    expect(offsets).toEqual([1]);
    expect(setUp.requests('ping')[0]?.positions).toEqual({ news: { epoch: 'epoch-1', offset: 0 } });
  });

  it('is waited for a second, because it may be on its way', async () => {
    const setUp = new SetUp();
    const { client, offsets } = await setUp.join();
    setUp.service.onRequest = ({ action }) =>
      action === 'ping'
        ? { type: 'pong', behind: [{ channel: 'news', epoch: 'epoch-1', offset: 1 }] }
        : undefined;
    client.wake();
    await setUp.advance(500);
    setUp.service.publish('news', 'late');
    await setUp.advance(5000);
    expect(offsets).toEqual([1]);
    expect(setUp.requests('join')).toHaveLength(1);
  });

  it('is noticed when the log has begun anew', async () => {
    const setUp = new SetUp();
    const { events } = await setUp.join();
    setUp.service.publish('news', 1);
    await settle();
    setUp.service.channel('news').lose();
    await setUp.advance(MINUTE);
    expect(events).toEqual(['joined true 0', 'message 1', 'joined false 0']);
  });

  it('is noticed in each of many channels, whose positions do not fit into one message', async () => {
    const setUp = new SetUp();
    const client = setUp.connect();
    const offsets: string[] = [];
    const names = Array.from({ length: 200 }, (_, n) => `${n}-${'x'.repeat(250)}`);
    for (const name of names) {
      client.channel(name).on('message', ({ offset }) => offsets.push(`${name} ${offset}`));
    }
    await settle();
    setUp.service.onDeliver = (message) => message.type !== 'message';
    for (const name of names) setUp.service.publish(name, 'lost');
    await settle();
    setUp.service.onDeliver = undefined;
    await setUp.advance(MINUTE + 1000);
    expect(offsets.toSorted()).toEqual(names.map((name) => `${name} 1`).toSorted());
    const sizes = setUp.requests('ping').map((ping) => JSON.stringify(ping).length);
    expect(Math.max(...sizes)).toBeLessThan(32 * 1024);
  });
});
