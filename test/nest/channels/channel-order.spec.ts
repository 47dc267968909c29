import { expect, it } from 'vitest';
import { type ChannelName } from '../../../src/api/messages.js';
import { QueueFullError } from '../../../src/nest/callback/callback.errors.js';
import { ChannelOrder } from '../../../src/nest/channels/channel-order.js';

const news = 'news' as ChannelName;

it('sends a message when those before it have released the channel, and appends the next one in the meantime', async () => {
  const order = new ChannelOrder({ messages: 10, bytes: 1000 });
  const events: string[] = [];
  const { promise: mayPass, resolve } = Promise.withResolvers<void>();
  const { promise: secondIsAppended, resolve: appended } = Promise.withResolvers<void>();
  const first = order.run(
    news,
    1,
    async () => events.push('first appended'),
    async (_, pass) => {
      await mayPass;
      events.push('first passed');
      pass();
    },
  );
  const second = order.run(
    news,
    1,
    async () => {
      events.push('second appended');
      appended();
    },
    async () => void events.push('second begun'),
  );
  await secondIsAppended;
  resolve();
  await Promise.all([first, second]);
  expect(events).toEqual(['first appended', 'second appended', 'first passed', 'second begun']);
});

it('refuses a message over the bounds before it is appended, and accepts more when others are done', async () => {
  const order = new ChannelOrder({ messages: 2, bytes: 100 });
  const { promise: end, resolve } = Promise.withResolvers<void>();
  let appends = 0;
  const send = (bytes: number) =>
    order.run(
      news,
      bytes,
      async () => (appends += 1),
      () => end,
    );
  const held = [send(60)];
  await expect(send(60)).rejects.toThrow(QueueFullError);
  held.push(send(40));
  await expect(send(0)).rejects.toThrow(QueueFullError);
  resolve();
  await Promise.all(held);
  expect(appends).toBe(2);
  expect(await send(100)).toBe(3);
});

it('continues after a message that could not be appended, and one that could not be sent', async () => {
  const order = new ChannelOrder({ messages: 10, bytes: 100 });
  const fail = () => Promise.reject(new Error('store away'));
  const outcomes = await Promise.allSettled([
    order.run(news, 1, fail, async () => undefined),
    order.run(news, 1, async () => 1, fail),
    order.run(
      news,
      1,
      async () => 2,
      async () => undefined,
    ),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
});

it('appends messages of one channel one after the other, and those of other channels concurrently', async () => {
  const order = new ChannelOrder({ messages: 10, bytes: 100 });
  const events: string[] = [];
  const { promise: mayEnd, resolve } = Promise.withResolvers<void>();
  const send = (channel: string, name: string, before?: Promise<void>) =>
    order.run(
      channel as ChannelName,
      1,
      async () => {
        events.push(`${name} begins`);
        await before;
        events.push(`${name} ends`);
      },
      async () => undefined,
    );
  const sent = [send('news', 'first', mayEnd), send('news', 'second'), send('sports', 'third')];
  await sent[2];
  resolve();
  await Promise.all(sent);
  expect(events).toEqual([
    'first begins',
    'third begins',
    'third ends',
    'first ends',
    'second begins',
    'second ends',
  ]);
});
