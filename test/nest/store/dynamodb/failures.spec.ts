import { describe, expect, it } from 'vitest';
import { type ConnectionId } from '../../../../src/api/integration.js';
import { type ChannelName } from '../../../../src/api/messages.js';
import { StoreUnavailableError } from '../../../../src/nest/store/store.errors.js';
import { denied, list, openDynamoDb, throttled } from '../../../support/dynamodb-store.js';

const news = 'news' as ChannelName;
const alice = 'alice=' as ConnectionId;
const hour = 3_600_000;
const retention = { messages: 10, ageMs: hour };

describe('a DynamoDB that fails', () => {
  it('makes the store unavailable while it is unreachable, and serves again afterwards', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    await dynamoDb.close();
    const failure = await store.probe().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreUnavailableError);
    expect((failure as Error).cause).toBeInstanceOf(Error);
    await dynamoDb.listen();
    await expect(store.probe()).resolves.toBeUndefined();
  });

  it('gets another request when it does not respond', async () => {
    await using opened = await openDynamoDb({ timeoutMs: 1000 });
    opened.dynamoDb.answerNext('GetItem', () => undefined);
    expect(await opened.store.connections.getConnection(alice)).toBeUndefined();
    expect(opened.dynamoDb.operations).toEqual(['GetItem', 'GetItem']);
  });

  it('makes the store unavailable when it does not respond in time', async () => {
    await using opened = await openDynamoDb({ timeoutMs: 200 });
    const { store, dynamoDb } = opened;
    for (let attempts = 0; attempts < 3; attempts += 1) dynamoDb.answerNext('GetItem', () => undefined);
    await expect(store.connections.getConnection(alice)).rejects.toBeInstanceOf(StoreUnavailableError);
  });

  it('fails all waiting calls at once when it is unreachable', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    dynamoDb.answerNext('GetItem', denied);
    const appends = ['a', 'b', 'c'].map((content) => store.logs.append(news, content, retention));
    const outcomes = await Promise.allSettled(appends);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(dynamoDb.operations).toEqual(['GetItem']);
    expect(await store.logs.append(news, 'd', retention)).toMatchObject({ offset: 1 });
  });

  it('gets requests again for calls that are repeated at once', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    dynamoDb.answerNext('GetItem', denied);
    const untilDone = async (content: string) => {
      for (let attempts = 1; ; attempts += 1) {
        try {
          return { attempts, position: await store.logs.append(news, content, retention) };
        } catch (error) {
          if (attempts === 100) throw error;
        }
      }
    };
    const appended = await Promise.all(['a', 'b', 'c'].map(untilDone));
    expect(appended.map(({ attempts }) => attempts)).toEqual([2, 2, 2]);
    expect(new Set(appended.map(({ position }) => position.offset))).toEqual(new Set([1, 2, 3]));
  });

  it('gets another request when it throttles', async () => {
    await using opened = await openDynamoDb();
    opened.dynamoDb.answerNext('GetItem', throttled);
    expect(await opened.store.connections.getConnection(alice)).toBeUndefined();
    expect(opened.dynamoDb.operations).toEqual(['GetItem', 'GetItem']);
  });

  it('makes the store unavailable when it throttles for too long', async () => {
    await using opened = await openDynamoDb({ timeoutMs: 200 });
    for (let attempts = 0; attempts < 10; attempts += 1) opened.dynamoDb.answerNext('GetItem', throttled);
    await expect(opened.store.connections.getConnection(alice)).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(opened.dynamoDb.operations.length).toBeLessThan(4);
  });

  it('gets the unprocessed rest of a batch again', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    dynamoDb.answerNext('BatchWriteItem', ({ RequestItems }) => ({
      status: 200,
      body: { UnprocessedItems: RequestItems },
    }));
    await store.shards.putShards(['content']);
    expect(await store.shards.takeShard(1000)).toMatchObject({ content: 'content' });
    dynamoDb.answerNext('BatchGetItem', ({ RequestItems }) => ({
      status: 200,
      body: { Responses: {}, UnprocessedKeys: RequestItems },
    }));
    await opened.connect(alice);
    await store.memberships.join(news, alice, 10);
    expect(await list(store.memberships.members(news))).toMatchObject([{ connectionId: alice }]);
  });

  it('writes nothing twice when its responses are lost', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    const losing = (operation: string) => {
      void dynamoDb.loseNextAnswer(operation);
      return store;
    };
    await opened.connect(alice);
    expect(await losing('UpdateItem').memberships.join(news, alice, 10)).toMatchObject({ kind: 'joined' });
    expect(await losing('UpdateItem').logs.append(news, 'a', retention)).toMatchObject({ offset: 1 });
    expect(await losing('UpdateItem').logs.append(news, 'b', retention)).toMatchObject({ offset: 2 });
    expect(await store.logs.readLog(news, 0, 10)).toMatchObject([{ content: 'a' }, { content: 'b' }]);
    const reservation = await losing('PutItem').reservations.reserve('key', hour);
    const owner = reservation.kind === 'reserved' ? reservation.owner : '';
    expect(await losing('UpdateItem').reservations.renew('key', owner, hour)).toBe(true);
    await losing('PutItem').reservations.keepResult('key', owner, 'result', hour);
    expect(await store.reservations.reserve('key', hour)).toEqual({ kind: 'done', result: 'result' });
    expect(await losing('UpdateItem').memberships.leave(news, alice)).toBe(true);
    expect(await list(store.memberships.members(news))).toEqual([]);
    await store.memberships.join(news, alice, 10);
    expect(await losing('UpdateItem').connections.removeConnection(alice)).toEqual([news]);
    expect(await list(store.memberships.members(news))).toEqual([]);
  });

  it('finds an append whose response was lost, also when others have appended since', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    const other = await opened.beside();
    await store.logs.append(news, 'a', retention);
    const lost = dynamoDb.loseNextAnswer('UpdateItem');
    const appended = store.logs.append(news, 'b', retention);
    // the SDK pauses before its next attempt
    await lost;
    await other.logs.append(news, 'c', retention);
    expect(await appended).toMatchObject({ offset: 2 });
    expect(await store.logs.readLog(news, 0, 10)).toMatchObject([
      { content: 'a' },
      { content: 'b' },
      { content: 'c' },
    ]);
  });
});
