import { describe, expect, it } from 'vitest';
import { type ConnectionId } from '../../../../src/api/integration.js';
import { type ChannelName } from '../../../../src/api/messages.js';
import { StoreUnavailableError } from '../../../../src/nest/store/store.errors.js';
import { denied, list, openDynamoDb, type OpenedDynamoDb } from '../../../support/dynamodb-store.js';

const news = 'news' as ChannelName;
const alice = 'alice=' as ConnectionId;
const hour = 3_600_000;
const retention = { messages: 10, ageMs: hour };

describe('a connection that joins', () => {
  it('is not a member if it was removed before its row was written', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    await opened.connect(alice);
    const writing = dynamoDb.holdNext('PutItem');
    const joined = store.memberships.join(news, alice, 10);
    const { release } = await writing;
    expect(await store.connections.removeConnection(alice)).toEqual([news]);
    release();
    expect(await joined).toMatchObject({ kind: 'joined' });
    expect(await list(store.memberships.members(news))).toEqual([]);
  });

  it('gets the position that a concurrent publish has set', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    const other = await opened.beside();
    await opened.connect(alice);
    const writing = dynamoDb.holdNext('PutItem');
    const joined = store.memberships.join(news, alice, 10);
    const { release } = await writing;
    const settling = dynamoDb.holdNext('UpdateItem');
    release();
    const settlement = await settling;
    const { offset } = await other.logs.append(news, 'a', retention);
    // the message is before her position, so that she does not get it
    expect(await list(other.memberships.members(news))).toMatchObject([{ joinedOffset: offset }]);
    settlement.release();
    expect(await joined).toMatchObject({ kind: 'joined', position: { offset } });
    expect(await list(other.memberships.members(news))).toMatchObject([{ joinedOffset: offset }]);
  });

  it('joins again while an earlier membership is still being ended', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    await opened.connect(alice);
    await store.memberships.join(news, alice, 10);
    const deleting = dynamoDb.holdNext('DeleteItem');
    const left = store.memberships.leave(news, alice);
    const { release } = await deleting;
    expect(await store.memberships.join(news, alice, 10)).toMatchObject({ kind: 'joined' });
    release();
    expect(await left).toBe(true);
    expect(await list(store.memberships.members(news))).toMatchObject([{ connectionId: alice }]);
  });
});

describe('a task that dies between two writes', () => {
  it('leaves a member whose position the next reader of the members sets', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    await opened.connect(alice);
    await store.logs.append(news, 'a', retention);
    dynamoDb.answerNext('BatchGetItem', denied);
    await expect(store.memberships.join(news, alice, 10)).rejects.toBeInstanceOf(StoreUnavailableError);
    await store.logs.append(news, 'b', retention);
    expect(await list(store.memberships.members(news))).toMatchObject([
      { connectionId: alice, joinedOffset: 2 },
    ]);
    expect(await store.memberships.join(news, alice, 10)).toMatchObject({
      kind: 'was_member',
      position: { offset: 2 },
    });
  });

  it('leaves no member if the connection was removed before the row was written', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    await opened.connect(alice);
    const writing = dynamoDb.holdNext('PutItem');
    const joined = store.memberships.join(news, alice, 10);
    const { release } = await writing;
    await store.connections.removeConnection(alice);
    dynamoDb.answerNext('BatchGetItem', denied);
    release();
    await expect(joined).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(await list(store.memberships.members(news))).toEqual([]);
    expect(await store.memberships.countMembers(news)).toBe(0);
  });

  it('leaves a membership that the next join completes', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    await opened.connect(alice);
    dynamoDb.answerNext('PutItem', denied);
    await expect(store.memberships.join(news, alice, 10)).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(await list(store.memberships.members(news))).toEqual([]);
    expect(await store.memberships.join(news, alice, 10)).toMatchObject({ kind: 'was_member' });
    expect(await list(store.memberships.members(news))).toMatchObject([{ connectionId: alice }]);
  });

  it('leaves a membership that another leave ends', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    await opened.connect(alice);
    await store.memberships.join(news, alice, 10);
    dynamoDb.answerNext('DeleteItem', denied);
    await expect(store.memberships.leave(news, alice)).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(await store.memberships.isMember(news, alice)).toBe(false);
    await store.memberships.leave(news, alice);
    expect(await list(store.memberships.members(news))).toEqual([]);
  });

  it.for([
    ['removed', ({ store }: OpenedDynamoDb) => store.connections.removeConnection(alice)],
    ['put', (opened: OpenedDynamoDb) => opened.connect(alice)],
  ] as const)('is a connection that has left its channels once it is %s again', async ([, again]) => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    await opened.connect(alice);
    await store.memberships.join(news, alice, 10);
    dynamoDb.answerNext('BatchWriteItem', denied);
    await expect(store.connections.removeConnection(alice)).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(await store.connections.getConnection(alice)).toBeUndefined();
    expect(await again(opened)).toBeUndefined();
    expect(await list(store.memberships.members(news))).toEqual([]);
    expect(await store.memberships.isMember(news, alice)).toBe(false);
  });

  it('leaves a removal that the next search for idle connections completes', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    await opened.connect(alice);
    await store.memberships.join(news, alice, 10);
    dynamoDb.answerNext('BatchWriteItem', denied);
    await expect(store.connections.removeConnection(alice)).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(await list(store.memberships.members(news))).toMatchObject([{ connectionId: alice }]);
    expect(await list(store.connections.idleConnections(Date.now() + hour))).toEqual([]);
    expect(await list(store.memberships.members(news))).toEqual([]);
  });
});
