import { expect, it } from 'vitest';
import { type ConformingClient, type Published } from './conforming-client.ts';
import { History } from './history.ts';
import { publishWithKey, repeatPublish } from './keyed-publish.ts';

const position = { epoch: 'e1', offset: 7 };
const ok: Published = { outcome: 'ok', position };
const unknown: Published = { outcome: 'unknown', reason: 'no reply' };
const refused: Published = { outcome: 'failed', reason: 'not_joined' };

/** A member whose attempts have these results. */
function member(results: readonly Published[]) {
  const keys: (string | undefined)[] = [];
  const fake = {
    name: 'member',
    joinedChannels: ['news'],
    firstRequest: 1,
    async publish(_channel: string, _id: string, key?: string) {
      const result = results[keys.length]!;
      keys.push(key);
      return result;
    },
  };
  return { fake, keys };
}

async function publish(fake: object, hasUser = true) {
  const history = new History();
  const event = await publishWithKey({
    member: fake as ConformingClient,
    history,
    channel: 'news',
    id: 'm1',
    hasUser,
  });
  expect(history.events).toEqual([event]);
  return event;
}

it('repeats a message with its key until its outcome is known', async () => {
  const { fake, keys } = member([unknown, ok]);
  expect(await publish(fake)).toMatchObject({ outcome: 'ok', attempts: 2, position, key: 'key-m1' });
  expect(keys).toEqual(['key-m1', 'key-m1']);
});

it('does not repeat a message that was certainly not published', async () => {
  const { fake } = member([refused]);
  expect(await publish(fake)).toMatchObject({ outcome: 'failed', attempts: 1 });
});

it('does not take a refused repetition for a message that was not published', async () => {
  const { fake } = member([unknown, refused, ok]);
  expect(await publish(fake)).toMatchObject({ outcome: 'ok', attempts: 3 });
});

it('does not repeat it on another connection if the member has no user', async () => {
  const { fake } = member([unknown]);
  const connections = [1, 2];
  Object.defineProperty(fake, 'firstRequest', { get: () => connections.shift() });
  expect(await publish(fake, false)).toMatchObject({ outcome: 'unknown', attempts: 1 });
});

it('ends with a key that is taken for that of another message', async () => {
  const { fake } = member([{ outcome: 'unknown', reason: 'key_reused' }]);
  expect(await publish(fake)).toMatchObject({ outcome: 'unknown', reason: 'key_reused', attempts: 1 });
});

it('records the position of a repeated message', async () => {
  const { fake } = member([ok]);
  const history = new History();
  await repeatPublish({ member: fake as never, history, channel: 'news', id: 'm1', hasUser: true });
  expect(history.events).toMatchObject([{ kind: 'repeat', id: 'm1', key: 'key-m1', position }]);
});
