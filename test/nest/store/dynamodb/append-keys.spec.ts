import { describe, expect, it } from 'vitest';
import { type ChannelName } from '../../../../src/api/messages.js';
import { type DynamoDbStore } from '../../../../src/nest/store/dynamodb.store.js';
import { StoreUnavailableError } from '../../../../src/nest/store/store.errors.js';
import { denied, openDynamoDb } from '../../../support/dynamodb-store.js';

const news = 'news' as ChannelName;
const hour = 3_600_000;
const retention = { messages: 100, ageMs: hour };
const once = { key: 'key', fingerprint: 'of the body', ttlMs: hour };

const appendOnce = ({ logs }: DynamoDbStore, kept = retention) => logs.append(news, 'content', kept, once);

const contents = async ({ logs }: DynamoDbStore) =>
  (await logs.readLog(news, 0, 100)).map(({ content }) => content);

describe('an append with a key', () => {
  // the requests of an append to a log with an entry: the key's row, the entry's row, the head, and the key's row again
  it.each([
    ['key', 'PutItem', 0],
    ['entry', 'PutItem', 1],
    ['head', 'UpdateItem', 0],
    ['position of the key', 'UpdateItem', 1],
  ])('is made once when the response to its write of the %s is lost', async (_, operation, passing) => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    const other = await opened.beside();
    await store.logs.append(news, 'before', retention);
    const lost = dynamoDb.loseNextAnswer(operation, passing);
    const appended = appendOnce(store);
    // the SDK pauses before its next attempt
    await lost;
    await other.logs.append(news, 'other', retention);
    const position = await appended;
    expect(await appendOnce(store)).toMatchObject(position);
    expect(await appendOnce(other)).toMatchObject(position);
    expect((await contents(store)).toSorted()).toEqual(['before', 'content', 'other']);
    expect(await store.logs.readLog(news, position.offset - 1, 1)).toMatchObject([{ content: 'content' }]);
  });

  it.each([
    ['all entries', retention],
    ['one entry', { messages: 1, ageMs: hour }],
    ['no entries', { messages: 0, ageMs: hour }],
  ])('is found by its repeat in a log of %s if its task has died after it', async (_, kept) => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    const other = await opened.beside();
    await store.logs.append(news, 'before', kept);
    dynamoDb.answerNext('UpdateItem', denied, 1);
    await expect(appendOnce(store, kept)).rejects.toBeInstanceOf(StoreUnavailableError);
    for (const content of ['a', 'b', 'c']) await other.logs.append(news, content, kept);
    expect(await appendOnce(other, kept)).toMatchObject({ offset: 2 });
    expect(await appendOnce(store, kept)).toMatchObject({ offset: 2 });
    expect(await store.logs.position(news)).toMatchObject({ offset: 5 });
  });

  it.each([
    ['entries', retention],
    ['no entries', { messages: 0, ageMs: hour }],
  ])('is made by its repeat in a log of %s if its task has died before it', async (_, kept) => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    const other = await opened.beside();
    await store.logs.append(news, 'before', kept);
    dynamoDb.answerNext('UpdateItem', denied);
    await expect(appendOnce(store, kept)).rejects.toBeInstanceOf(StoreUnavailableError);
    await other.logs.append(news, 'other', kept);
    expect(await appendOnce(other, kept)).toMatchObject({ offset: 3 });
    expect(await appendOnce(store, kept)).toMatchObject({ offset: 3 });
  });

  it('is not made by a slow task after another one has made it', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    const other = await opened.beside();
    await store.logs.append(news, 'before', retention);
    const writing = dynamoDb.holdNext('UpdateItem');
    const slow = appendOnce(store);
    const { release } = await writing;
    const position = await appendOnce(other);
    await other.logs.append(news, 'after', retention);
    release();
    expect(await slow).toMatchObject(position);
    expect(await contents(store)).toEqual(['before', 'content', 'after']);
  });

  it('is made in the new epoch if one begins in the meantime', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    const other = await opened.beside();
    const before = await store.logs.append(news, 'before', retention);
    const writing = dynamoDb.holdNext('UpdateItem');
    const slow = appendOnce(store);
    const { release } = await writing;
    await other.resetAfterLoss();
    const position = await appendOnce(other);
    expect(position.epoch).not.toBe(before.epoch);
    release();
    expect(await slow).toMatchObject(position);
    expect(await contents(store)).toEqual(['content']);
  });

  it('is not made again by a task that still has the head of an earlier epoch', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    const other = await opened.beside();
    await store.logs.append(news, 'before', retention);
    // the second append of the task begins with the head that the first one leaves
    const keeping = dynamoDb.holdNext('UpdateItem', 1);
    const first = store.logs.append(news, 'first', retention, { ...once, key: 'first' });
    const second = appendOnce(store);
    const { release } = await keeping;
    await other.resetAfterLoss();
    const position = await appendOnce(other);
    await other.logs.append(news, 'after', retention);
    release();
    await first;
    expect(await second).toMatchObject(position);
    expect(await contents(store)).toEqual(['content', 'after']);
  });

  it('keeps its entry findable where a message without entry is counted after it', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    const none = { messages: 0, ageMs: 0 };
    await appendOnce(store, none);
    dynamoDb.operations.length = 0;
    expect(await store.logs.append(news, 'counted', none)).toMatchObject({ offset: 2 });
    expect(dynamoDb.operations).toEqual(['UpdateItem', 'PutItem', 'GetItem', 'PutItem', 'UpdateItem']);
    dynamoDb.operations.length = 0;
    expect(await store.logs.append(news, 'counted', none)).toMatchObject({ offset: 3 });
    expect(dynamoDb.operations).toEqual(['UpdateItem']);
  });

  it('is made once by many tasks that fail at random and repeat', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    const tasks = [store, await opened.beside(), await opened.beside()];
    const random = randomNumbers(20261128);
    const keys = Array.from({ length: 6 }, (_, index) => `key ${index}`);
    for (let fault = 0; fault < 60; fault += 1) {
      const operation = random() < 0.5 ? 'UpdateItem' : 'PutItem';
      const passing = Math.floor(random() * 4);
      if (random() < 0.5) dynamoDb.answerNext(operation, denied, passing);
      else void dynamoDb.loseNextAnswer(operation, passing);
    }
    const untilDone = async (key: string, task: DynamoDbStore): Promise<number> => {
      for (;;) {
        try {
          const kept = { messages: Math.floor(random() * 3), ageMs: hour };
          return (await task.logs.append(news, key, kept, { ...once, key })).offset;
        } catch (error) {
          if (!(error instanceof StoreUnavailableError)) throw error;
        }
      }
    };
    const offsets = await Promise.all(
      keys.map(async (key) => new Set(await Promise.all(tasks.map((task) => untilDone(key, task))))),
    );
    expect(offsets.map(({ size }) => size)).toEqual(keys.map(() => 1));
    expect(new Set(offsets.flatMap((of) => [...of])).size).toBe(keys.length);
    // each offset is an append of one of the keys
    expect(await store.logs.position(news)).toMatchObject({ offset: keys.length });
  });
});

/** From 0 to 1; the same ones for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
