import { describe, expect, it } from 'vitest';
import { type ConnectionId, type UserId } from '../../../../src/api/integration.js';
import { type ChannelName } from '../../../../src/api/messages.js';
import { type DynamoDbStore } from '../../../../src/nest/store/dynamodb.store.js';
import { N, S } from '../../../../src/nest/store/dynamodb/attributes.js';
import { EPOCH_GAP } from '../../../../src/nest/store/log-store.js';
import { StoreUnavailableError } from '../../../../src/nest/store/store.errors.js';
import { list, openDynamoDb, type OpenedDynamoDb } from '../../../support/dynamodb-store.js';
import { type Row } from '../../../support/dynamodb.js';

const news = 'news' as ChannelName;
const alice = 'alice=' as ConnectionId;
const userId = 'zoe' as UserId;
const hour = 3_600_000;
const retention = { messages: 10, ageMs: hour };

describe('a backup that was restored to another table', () => {
  it('begins the new epoch of a log once, for all tasks', async () => {
    await using opened = await openDynamoDb();
    const { epoch } = await opened.store.logs.append(news, 'a', retention);
    const { table, stores } = await restored(opened, 2);
    const positions = await Promise.all(
      Array.from({ length: 10 }, (_, index) => stores[index % 2]!.logs.position(news)),
    );
    expect(new Set(positions.map((position) => position.epoch)).size).toBe(1);
    expect(positions[0]!.epoch).not.toBe(epoch);
    expect(positions.map(({ offset }) => offset)).toEqual(positions.map(() => 1 + EPOCH_GAP));
    // and a task that starts later does not begin another one
    expect(await (await opened.openOn(table)).logs.position(news)).toEqual(positions[0]);
  });

  it('begins it once if the response to that is lost', async () => {
    await using opened = await openDynamoDb();
    await opened.store.logs.append(news, 'a', retention);
    const { stores } = await restored(opened, 2);
    const lost = opened.dynamoDb.loseNextAnswer('UpdateItem');
    const appended = stores[0].logs.append(news, 'b', retention);
    await lost;
    const other = await stores[1]!.logs.append(news, 'c', retention);
    const { epoch } = await appended;
    expect(epoch).toBe(other.epoch);
    expect(await stores[0].logs.position(news)).toEqual({ epoch, offset: 3 + EPOCH_GAP });
    expect((await stores[1]!.logs.readLog(news, 0, 10)).map(({ content }) => content).toSorted()).toEqual([
      'b',
      'c',
    ]);
  });

  it('begins it for a message of which no entry is kept', async () => {
    await using opened = await openDynamoDb();
    const none = { messages: 0, ageMs: 0 };
    const { epoch } = await opened.store.logs.append(news, 'a', none);
    const [store] = (await restored(opened)).stores;
    const position = await store.logs.append(news, 'b', none);
    expect(position.epoch).not.toBe(epoch);
    expect(position.offset).toBe(2 + EPOCH_GAP);
    expect(await store.logs.append(news, 'c', none)).toEqual({ ...position, offset: 3 + EPOCH_GAP });
  });

  it('is not written by the search for a position', async () => {
    await using opened = await openDynamoDb();
    const position = await opened.store.logs.append(news, 'a', retention);
    const [store] = (await restored(opened)).stores;
    opened.dynamoDb.operations.length = 0;
    expect(await store.logs.findPosition(news)).toEqual(position);
    expect(opened.dynamoDb.operations).toEqual(['GetItem']);
  });

  it('has none of the former connections', async () => {
    await using opened = await openDynamoDb();
    await opened.connect(alice);
    await opened.store.memberships.join(news, alice, 10);
    const [{ connections, memberships }] = (await restored(opened)).stores;
    expect(await connections.getConnection(alice)).toBeUndefined();
    expect(await connections.touchConnection(alice)).toBeUndefined();
    expect(await list(connections.idleConnections(Date.now() + hour))).toEqual([]);
    expect(await connections.counts()).toEqual({ connections: 0, channels: 0 });
    expect(await memberships.isMember(news, alice)).toBe(false);
    expect(await memberships.leave(news, alice)).toBe(false);
    expect(await memberships.join(news, alice, 10)).toEqual({ kind: 'unknown_connection' });
    expect(await connections.removeConnection(alice)).toBeUndefined();
    // which removes what was left of it
    expect(await list(memberships.members(news))).toEqual([]);
  });

  it('lists a connection that is put again under its user', async () => {
    await using opened = await openDynamoDb();
    const put = ({ connections }: DynamoDbStore) =>
      connections.putConnection({
        connectionId: alice,
        userId,
        connectedAt: Date.now(),
        expiresAt: Date.now() + hour,
      });
    await put(opened.store);
    const [store] = (await restored(opened)).stores;
    expect(await list(store.connections.connectionsOf(userId))).toEqual([]);
    await put(store);
    expect(await list(store.connections.connectionsOf(userId))).toMatchObject([{ connectionId: alice }]);
  });

  it('ends no membership that began after another task has put the connection again', async () => {
    await using opened = await openDynamoDb();
    const put = ({ connections }: DynamoDbStore) =>
      connections.putConnection({
        connectionId: alice,
        connectedAt: Date.now(),
        expiresAt: Date.now() + hour,
      });
    await put(opened.store);
    await opened.store.memberships.join(news, alice, 10);
    const [slow, fast] = (await restored(opened, 2)).stores;
    const ending = opened.dynamoDb.holdNext('DeleteItem');
    const putSlowly = put(slow);
    const { release } = await ending;
    await put(fast!);
    await fast!.memberships.join(news, alice, 10);
    release();
    await putSlowly;
    expect(await list(fast!.memberships.members(news))).toMatchObject([{ connectionId: alice }]);
    expect(await fast!.memberships.isMember(news, alice)).toBe(true);
  });

  it('may have a member row that is newer than its connection', async () => {
    await using opened = await openDynamoDb();
    await opened.connect(alice);
    const rows = await opened.dynamoDb.rows(opened.options.table);
    for (let joins = 0; joins < 3; joins += 1) {
      await opened.store.memberships.leave(news, alice);
      await opened.store.memberships.join(news, alice, 10);
    }
    const member = (await opened.dynamoDb.rows(opened.options.table)).find(({ pk }) => pk?.S === 'M#news')!;
    const store = await opened.openOn(
      await opened.dynamoDb.restore([...rows, { ...member, joinedAt: N(1) }]),
    );
    const now = Date.now();
    await store.connections.putConnection({ connectionId: alice, connectedAt: now, expiresAt: now + hour });
    expect(await store.memberships.join(news, alice, 10)).toMatchObject({ kind: 'joined' });
    const [joined] = await list(store.memberships.members(news));
    expect(joined!.joinedAt).toBeGreaterThan(1);
    expect(await store.memberships.leave(news, alice)).toBe(true);
    expect(await list(store.memberships.members(news))).toEqual([]);
  });

  it('is noticed by a task that was running while it got the name of the lost table', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb, options } = opened;
    await opened.connect(alice);
    const { epoch } = await store.logs.append(news, 'a', retention);
    const rows = await dynamoDb.rows(options.table);
    await store.logs.append(news, 'lost', retention);
    await dynamoDb.deleteTable(options.table);
    await expect(store.probe()).rejects.toBeInstanceOf(StoreUnavailableError);
    await expect(store.probe()).rejects.toBeInstanceOf(StoreUnavailableError);
    await dynamoDb.restore(rows, options.table);
    // the requests that were made for the former table
    const failed = await Promise.allSettled([
      store.logs.append(news, 'b', retention),
      store.connections.touchConnection(alice),
    ]);
    expect(failed.map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual([
      expect.any(StoreUnavailableError),
      expect.any(StoreUnavailableError),
    ]);
    const position = await store.logs.append(news, 'b', retention);
    expect(position.epoch).not.toBe(epoch);
    expect(await store.connections.touchConnection(alice)).toBeUndefined();
  });

  it('has what the version before wrote, until this version writes it', async () => {
    await using opened = await openDynamoDb();
    await opened.connect(alice);
    await opened.store.memberships.join(news, alice, 10);
    const first = await opened.store.logs.append(news, 'a', retention);
    const { table, stores } = await restored(opened, 1, (row) =>
      Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'tableId')),
    );
    const [store] = stores;
    expect(await store.logs.position(news)).toEqual(first);
    expect(await store.connections.touchConnection(alice)).toMatchObject({ connectionId: alice });
    expect(await store.memberships.join('sports' as ChannelName, alice, 10)).toMatchObject({
      kind: 'joined',
    });
    expect(await store.logs.append(news, 'b', retention)).toEqual({ ...first, offset: 2 });
    const again = await opened.openOn(await opened.dynamoDb.restore(await opened.dynamoDb.rows(table)));
    expect((await again.logs.position(news)).epoch).not.toBe(first.epoch);
  });
});

it('is not noticed in a DynamoDB whose tables have no id', async () => {
  await using opened = await openDynamoDb();
  const { dynamoDb, options } = opened;
  const withoutId = () =>
    dynamoDb.answerNext('DescribeTable', () => ({
      status: 200,
      body: {
        Table: {
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        },
      },
    }));
  withoutId();
  const position = await (await opened.openOn(options.table)).logs.append(news, 'a', retention);
  const table = await dynamoDb.restore(await dynamoDb.rows(options.table));
  withoutId();
  expect(await (await opened.openOn(table)).logs.position(news)).toEqual(position);
});

describe('a reset after a loss', () => {
  it('reaches rows beyond a page of 1 MB, and leaves only heads', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb, options } = opened;
    const large = 'x'.repeat(100 * 1024);
    for (let index = 0; index < 15; index += 1) {
      await store.logs.append(news, large, retention);
      await store.logs.append(`channel ${index}` as ChannelName, large, retention);
    }
    await store.resetAfterLoss();
    const rows = await dynamoDb.rows(options.table);
    expect(rows.map(({ sk }) => sk?.S)).toEqual(rows.map(() => 'head'));
    expect(rows).toHaveLength(16);
    expect(rows.map(({ offset }) => Number(offset?.N))).toEqual(
      expect.arrayContaining([15 + EPOCH_GAP, 1 + EPOCH_GAP]),
    );
    expect(await store.logs.readLog(news, 0, 10)).toEqual([]);
  });

  it('deletes the rows of a channel with the name of a head', async () => {
    await using opened = await openDynamoDb();
    const odd = 'head' as ChannelName;
    const connectionId = 'head' as ConnectionId;
    await opened.connect(connectionId);
    await opened.store.memberships.join(odd, connectionId, 10);
    await opened.store.logs.append(odd, 'a', retention, { key: 'head', fingerprint: 'f', ttlMs: hour });
    await opened.store.resetAfterLoss();
    const rows = await opened.dynamoDb.rows(opened.options.table);
    expect(rows.map(({ pk, sk }) => [pk, sk])).toEqual([[S('L#head'), S('head')]]);
  });
});

/** Opens stores on a copy of the table. */
async function restored(
  opened: OpenedDynamoDb,
  count = 1,
  change: (row: Row) => Row = (row) => row,
): Promise<{ readonly table: string; readonly stores: readonly [DynamoDbStore, ...DynamoDbStore[]] }> {
  const { dynamoDb, options } = opened;
  const table = await dynamoDb.restore((await dynamoDb.rows(options.table)).map(change));
  const first = await opened.openOn(table);
  const others = await Promise.all(Array.from({ length: count - 1 }, () => opened.openOn(table)));
  return { table, stores: [first, ...others] };
}
