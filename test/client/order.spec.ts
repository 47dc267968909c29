import { describe, expect, it } from 'vitest';
import { type ServerMessage } from '../../src/api/messages.js';
import { settle } from '../../src/client/testing/index.js';
import { SetUp, upTo } from './set-up.js';

/** Guarantee 1: in order, each once, and no gap without `recovered: false`. */
const offsetOf = (message: ServerMessage) =>
  message.type === 'message' && 'offset' in message ? message.offset : undefined;

/** The next deliveries of these offsets are lost. */
function lose(setUp: SetUp, ...offsets: number[]): void {
  setUp.service.onDeliver = (message) => {
    const index = offsets.indexOf(offsetOf(message) ?? 0);
    if (index >= 0) offsets.splice(index, 1);
    return index < 0;
  };
}

describe('messages of a channel', () => {
  it('are handed on with their data, offset, epoch and publisher', async () => {
    const setUp = new SetUp();
    const { messages } = await setUp.join('news', { token: () => 'jan' });
    const { room } = await setUp.join('news', { token: () => 'ida' });
    setUp.service.publish('news', { text: 'by a backend' });
    await room.publish({ text: 'by a user' });
    expect(messages).toEqual([
      { data: { text: 'by a backend' }, offset: 1, epoch: 'epoch-1', replayed: false },
      {
        data: { text: 'by a user' },
        offset: 2,
        epoch: 'epoch-1',
        replayed: false,
        user: 'ida',
        from: 'connection-2',
      },
    ]);
  });

  it('begin after the join', async () => {
    const setUp = new SetUp();
    setUp.service.publish('news', 'old');
    const { offsets, room } = await setUp.join();
    setUp.service.publish('news', 'new');
    await settle();
    expect(offsets).toEqual([2]);
    expect(room.position).toEqual({ epoch: 'epoch-1', offset: 2 });
  });

  it('are put in order when they overtake each other', async () => {
    const setUp = new SetUp();
    const { offsets } = await setUp.join();
    const [connection] = setUp.service.open;
    for (const offset of [3, 1, 4, 2, 5]) {
      setUp.service.send(connection!, { type: 'message', channel: 'news', offset, data: offset });
    }
    await settle();
    expect(offsets).toEqual(upTo(5));
    await setUp.advance(5000);
    expect(setUp.requests('join')).toHaveLength(1);
  });

  it('are handed on once when they arrive twice', async () => {
    const setUp = new SetUp();
    const { offsets } = await setUp.join();
    const [connection] = setUp.service.open;
    for (const offset of [1, 1, 2, 4, 4, 2, 3, 3]) {
      setUp.service.send(connection!, { type: 'message', channel: 'news', offset, data: offset });
    }
    await settle();
    expect(offsets).toEqual(upTo(4));
  });

  it('wait a second for a message that is missing, and then fetch it', async () => {
    const setUp = new SetUp();
    const { offsets, events } = await setUp.join();
    lose(setUp, 2);
    for (let n = 1; n <= 4; n += 1) setUp.service.publish('news', n);
    await setUp.advance(999);
    expect(offsets).toEqual([1]);
    expect(setUp.requests('join')).toHaveLength(1);
    await setUp.advance(1);
    expect(offsets).toEqual(upTo(4));
    expect(setUp.requests('join')[1]?.since).toEqual({ epoch: 'epoch-1', offset: 1 });
    expect(events).toContain('joined true 3');
  });

  it('are marked as replayed when they are fetched', async () => {
    const setUp = new SetUp();
    const { messages } = await setUp.join();
    lose(setUp, 1);
    setUp.service.publish('news', 1);
    setUp.service.publish('news', 2);
    await setUp.advance(1000);
    setUp.service.publish('news', 3);
    await settle();
    // 2 was there before
    expect(messages.map(({ offset, replayed }) => [offset, replayed])).toEqual([
      [1, true],
      [2, false],
      [3, false],
    ]);
  });

  it('are fetched again if what was fetched is lost, too', async () => {
    const setUp = new SetUp();
    const { offsets } = await setUp.join();
    lose(setUp, 1, 1, 1);
    setUp.service.publish('news', 1);
    setUp.service.publish('news', 2);
    await setUp.advance(10_000);
    expect(offsets).toEqual([1, 2]);
  });

  it('go on after a gap that the log cannot fill, once the application was told', async () => {
    const setUp = new SetUp();
    const { events } = await setUp.join();
    lose(setUp, 1);
    setUp.service.publish('news', 1);
    setUp.service.channel('news').trim();
    setUp.service.publish('news', 2);
    setUp.service.publish('news', 3);
    await setUp.advance(1000);
    setUp.service.publish('news', 4);
    await settle();
    expect(events).toEqual(['joined true 0', 'joined false 0', 'message 4']);
  });

  it('of the log that was lost are not taken for those of the new one', async () => {
    const setUp = new SetUp();
    const { events, messages } = await setUp.join();
    lose(setUp, 1);
    setUp.service.publish('news', 'lost');
    // is held back
    setUp.service.publish('news', 'of the old log');
    await settle();
    setUp.service.disconnect();
    await settle();
    setUp.service.channel('news').lose();
    setUp.service.publish('news', 'first of the new log');
    await setUp.advance(5000);
    setUp.service.publish('news', 'second of the new log');
    await settle();
    expect(events).toEqual(['joined true 0', 'joined false 0', 'message 2']);
    expect(messages.map(({ data }) => data)).toEqual(['second of the new log']);
  });

  it('that arrive before the reply to the first join are held back until it comes', async () => {
    const setUp = new SetUp();
    const { service } = setUp;
    service.onRequest = ({ action }, connection) => {
      if (action !== 'join') return undefined;
      service.send(connection, { type: 'message', channel: 'news', offset: 9, data: 9 });
      return { type: 'joined', channel: 'news', epoch: 'e', offset: 7 };
    };
    const { offsets } = await setUp.join();
    const [connection] = service.open;
    service.send(connection!, { type: 'message', channel: 'news', offset: 8, data: 8 });
    await settle();
    expect(offsets).toEqual([8, 9]);
  });

  it('after the reply in the same frame are handed on after it', async () => {
    const setUp = new SetUp();
    const { service } = setUp;
    service.onRequest = ({ action, id }, connection) => {
      if (action !== 'join') return undefined;
      service.send(
        connection,
        { type: 'message', channel: 'news', offset: 6, data: 'before the join' },
        { type: 'joined', id, channel: 'news', epoch: 'e', offset: 7 },
        { type: 'message', channel: 'news', offset: 8, data: 8 },
      );
      return 'none';
    };
    const { events } = await setUp.join();
    expect(events).toEqual(['joined true 0', 'message 8']);
  });

  it('of two channels do not wait for each other', async () => {
    const setUp = new SetUp();
    const { client, offsets } = await setUp.join('a');
    client.channel('b');
    await settle();
    lose(setUp, 1);
    setUp.service.publish('b', 1);
    setUp.service.publish('b', 2);
    setUp.service.publish('a', 1);
    await settle();
    expect(offsets).toEqual([1]);
  });

  it('that are held back are limited in number, and what did not fit is fetched', async () => {
    const setUp = new SetUp({ historyMessages: 5000 });
    const { offsets } = await setUp.join();
    lose(setUp, 1);
    for (let n = 1; n <= 1500; n += 1) setUp.service.publish('news', n);
    await setUp.advance(10_000);
    expect(offsets).toEqual(upTo(1500));
  });
});

it('a listener that throws does not keep others from the message, and its error is reported', async () => {
  const setUp = new SetUp();
  const { room, offsets } = await setUp.join();
  const reported = new Promise((resolve) => process.once('uncaughtException', resolve));
  const listeners = process.listeners('uncaughtException').filter((listener) => listener.name !== 'resolve');
  for (const listener of listeners.slice(0, -1)) process.off('uncaughtException', listener);
  room.on('message', () => {
    throw new Error('of the application');
  });
  const later: number[] = [];
  room.on('message', ({ offset }) => later.push(offset));
  setUp.service.publish('news', 1);
  await expect(reported).resolves.toMatchObject({ message: 'of the application' });
  for (const listener of listeners.slice(0, -1)) process.on('uncaughtException', listener);
  expect([offsets, later]).toEqual([[1], [1]]);
});
