import { DeleteItemCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import { type ConnectionId, type UserId } from '../../../../src/api/integration.js';
import { type ChannelName } from '../../../../src/api/messages.js';
import { ConfigError } from '../../../../src/nest/config/config.errors.js';
import { DynamoDbStore } from '../../../../src/nest/store/dynamodb.store.js';
import { N, S } from '../../../../src/nest/store/dynamodb/attributes.js';
import { problemOf, tableDefinition } from '../../../../src/nest/store/dynamodb/table-definition.js';
import { Table } from '../../../../src/nest/store/dynamodb/table.js';
import { EMPTY_LOG_MS } from '../../../../src/nest/store/log-store.js';
import { StoreUnavailableError } from '../../../../src/nest/store/store.errors.js';
import { at, denied, list, openDynamoDb, type OpenedDynamoDb } from '../../../support/dynamodb-store.js';
import { LocalDynamoDb } from '../../../support/dynamodb.js';

const news = 'news' as ChannelName;
const alice = 'alice=' as ConnectionId;
const hour = 3_600_000;
const day = 24 * hour;
const retention = { messages: 10, ageMs: hour };

describe('the table', () => {
  it('must exist', async () => {
    await using dynamoDb = await LocalDynamoDb.start();
    const problem = await problemWith(dynamoDb, 'not-there');
    expect(problem.problems).toEqual([expect.stringMatching(/^DYNAMODB_TABLE=not-there: /)]);
  });

  it('must have our keys', async () => {
    await using dynamoDb = await LocalDynamoDb.start();
    const table = await dynamoDb.createTable({
      ...tableDefinition,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    });
    const problem = await problemWith(dynamoDb, table);
    expect(problem.problems).toEqual([expect.stringContaining('the table has id S HASH')]);
  });

  it('must have our TTL, where TTL is supported', () => {
    const table = {
      KeySchema: [...tableDefinition.KeySchema],
      AttributeDefinitions: [...tableDefinition.AttributeDefinitions],
    };
    expect(problemOf(table, { TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' })).toBeUndefined();
    expect(problemOf(table, undefined)).toBeUndefined();
    expect(problemOf(table, { TimeToLiveStatus: 'DISABLED' })).toContain('update-time-to-live');
    expect(problemOf(table, { TimeToLiveStatus: 'ENABLED', AttributeName: 'old' })).toContain('ttl');
  });

  it('may be unreachable at the start, which is not an error of the settings', async () => {
    const dynamoDb = await LocalDynamoDb.start();
    await dynamoDb.close();
    const connected = DynamoDbStore.connect({ ...at(dynamoDb), table: 'table' });
    await expect(connected).rejects.toBeInstanceOf(StoreUnavailableError);
    await expect(connected).rejects.toThrow(
      /^DYNAMODB_TABLE=table with DYNAMODB_ENDPOINT=http:.*listens there.*ECONNREFUSED[^\n]*$/,
    );
  });

  it('may refuse the credentials: the line says what is expected', async () => {
    await using dynamoDb = await LocalDynamoDb.start();
    dynamoDb.answerNext('DescribeTable', () => ({
      status: 400,
      body: { __type: 'com.amazon.coral.service#UnrecognizedClientException', message: 'invalid token' },
    }));
    const connected = DynamoDbStore.connect({ ...at(dynamoDb), table: 'table' });
    await expect(connected).rejects.toThrow(
      /^DYNAMODB_TABLE=table .*credentials of the account.*invalid token$/,
    );
  });

  it('must be permitted to be described', async () => {
    await using dynamoDb = await LocalDynamoDb.start();
    dynamoDb.answerNext('DescribeTable', denied);
    const { problems } = await problemWith(dynamoDb, 'table');
    expect(problems).toEqual([expect.stringMatching(/^DYNAMODB_TABLE=table: allow dynamodb:DescribeTable/)]);
  });

  it.each([
    { AWS_USE_FIPS_ENDPOINT: 'true' },
    { AWS_USE_DUALSTACK_ENDPOINT: 'true' },
    { AWS_PROFILE: 'missing' },
  ])('is found at its endpoint with %j', async (environment) => {
    await using dynamoDb = await LocalDynamoDb.start();
    const table = await dynamoDb.createTable(tableDefinition);
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    try {
      const store = await DynamoDbStore.connect({ ...at(dynamoDb), table });
      await expect(store.probe()).resolves.toBeUndefined();
      await store.close();
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('returns members beyond a page of 1 MB', async () => {
    await using opened = await openDynamoDb();
    const { store } = opened;
    const connectionIds = Array.from({ length: 60 }, (_, index) => `c${String(index).padStart(2, '0')}`);
    const table = await Table.open(opened.options);
    await table.putMany(
      connectionIds.map((sk) => ({
        pk: S('M#news'),
        sk: S(sk),
        userId: S('u'.repeat(20 * 1024)),
        membership: N(1),
        joinedAt: N(1),
        joinedOffset: N(0),
        expiresAt: N(Date.now() + hour),
      })),
    );
    table.close();
    opened.dynamoDb.operations.length = 0;
    expect((await list(store.memberships.members(news))).map(({ connectionId }) => connectionId)).toEqual(
      connectionIds,
    );
    expect(opened.dynamoDb.operations).toEqual(['Query', 'Query']);
    expect(await store.memberships.countMembers(news)).toBe(60);
    expect(await store.memberships.memberRanges(news, 58)).toMatchObject([
      { until: 'c57' },
      { after: 'c57' },
    ]);
  });

  it('gets as few requests as possible', async () => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    const askedFor = async (act: () => Promise<unknown>) => {
      dynamoDb.operations.length = 0;
      await act();
      return dynamoDb.operations.join(' ');
    };
    const put = () =>
      store.connections.putConnection({
        connectionId: alice,
        userId: 'u' as UserId,
        connectedAt: 0,
        expiresAt: Date.now() + hour,
      });
    expect(await askedFor(put)).toBe('PutItem UpdateItem');
    expect(await askedFor(() => store.connections.touchConnection(alice))).toBe('UpdateItem');
    expect(await askedFor(() => store.logs.append(news, 'a', retention))).toBe('GetItem PutItem UpdateItem');
    expect(await askedFor(() => store.logs.append(news, 'b', retention))).toBe('GetItem PutItem UpdateItem');
    expect(await askedFor(() => store.logs.append(news, 'c', { messages: 0, ageMs: 0 }))).toBe('UpdateItem');
    expect(await askedFor(() => store.logs.position(news))).toBe('GetItem');
    expect(await askedFor(() => store.logs.findPosition(news))).toBe('GetItem');
    const once = { key: 'key', fingerprint: 'f', ttlMs: hour };
    const appendOnce = () => store.logs.append(news, 'd', retention, once);
    expect(await askedFor(appendOnce)).toBe('GetItem PutItem UpdateItem UpdateItem');
    expect(await askedFor(appendOnce)).toBe('GetItem PutItem GetItem GetItem');
    expect(await askedFor(() => store.memberships.join(news, alice, 10))).toBe(
      'UpdateItem PutItem BatchGetItem UpdateItem',
    );
    expect(await askedFor(() => store.memberships.isMember(news, alice))).toBe('GetItem');
    expect(await askedFor(() => list(store.memberships.members(news)))).toBe('Query');
    expect(await askedFor(() => store.memberships.leave(news, alice))).toBe('UpdateItem DeleteItem');
    expect(await askedFor(() => store.connections.removeConnection(alice))).toBe(
      'UpdateItem DeleteItem DeleteItem',
    );
    expect(await askedFor(() => store.shards.takeShard(hour))).toBe('Query');
    expect(await askedFor(() => store.shards.putShards(['a', 'b']))).toBe('BatchWriteItem BatchWriteItem');
    expect(await askedFor(async () => store.shards.finishShard((await store.shards.takeShard(hour))!))).toBe(
      'Query UpdateItem GetItem DeleteItem DeleteItem',
    );
    expect(await askedFor(() => store.reservations.reserve('key', hour))).toBe('PutItem');
    expect(await askedFor(() => store.reservations.renew('key', 'owner', hour))).toBe('UpdateItem');
    expect(await askedFor(() => store.reservations.keepResult('key', 'owner', 'a', hour))).toBe('PutItem');
    expect(await askedFor(() => store.reservations.release('key', 'owner'))).toBe('DeleteItem');
    expect(await askedFor(() => store.probe())).toBe('UpdateItem');
  });
});

describe('deletion by TTL', () => {
  it('leaves no gap in the entries of a log', async () => {
    await using opened = await openDynamoDb();
    const { store } = opened;
    for (const content of ['a', 'b', 'c', 'd']) await store.logs.append(news, content, retention);
    const { epoch } = await store.logs.position(news);
    await opened.client.send(
      new DeleteItemCommand({
        TableName: opened.options.table,
        Key: { pk: S('L#news'), sk: S(`E#${epoch}#${'2'.padStart(16, '0')}`) },
      }),
    );
    expect(await store.logs.readLog(news, 0, 10)).toMatchObject([{ offset: 3 }, { offset: 4 }]);
  });

  it('does not show entries again that had expired before the age limit became longer', async () => {
    const clock = { now: Date.now() };
    await using opened = await openDynamoDb({ now: () => clock.now });
    const { logs } = opened.store;
    for (const content of ['a', 'b']) await logs.append(news, content, { messages: 10, ageMs: day });
    for (const content of ['c', 'd']) await logs.append(news, content, { messages: 10, ageMs: 3000 });
    clock.now += 3000;
    for (const content of ['e', 'f']) await logs.append(news, content, { messages: 10, ageMs: day });
    // DynamoDB deletes c long before a and b
    expect(await logs.readLog(news, 0, 2)).toMatchObject([{ content: 'e' }, { content: 'f' }]);
    clock.now += hour;
    expect(await logs.readLog(news, 0, 2)).toMatchObject([{ content: 'e' }, { content: 'f' }]);
  });

  it('does not delete a log in which a member has its position', async () => {
    const clock = { now: Date.now() };
    await using opened = await openDynamoDb({ now: () => clock.now });
    const { store } = opened;
    await store.logs.append(news, 'a', retention);
    clock.now += 7 * day;
    const expiresAt = clock.now + 2 * hour;
    await store.connections.putConnection({ connectionId: alice, connectedAt: clock.now, expiresAt });
    expect(await store.memberships.join(news, alice, 10)).toMatchObject({ position: { offset: 1 } });
    expect(await headKeptMs(opened)).toBeGreaterThan(expiresAt);
  });

  it('deletes a log that never had a message soon after its members', async () => {
    const now = Date.now();
    await using opened = await openDynamoDb({ now: () => now });
    const { store } = opened;
    await store.logs.position(news);
    expect(await headKeptMs(opened)).toBeGreaterThan(now + EMPTY_LOG_MS);
    expect(await headKeptMs(opened)).toBeLessThan(now + 2 * hour);
    const expiresAt = now + 2 * hour;
    await store.connections.putConnection({ connectionId: alice, connectedAt: now, expiresAt });
    await store.memberships.join(news, alice, 10);
    expect(await headKeptMs(opened)).toBeGreaterThan(expiresAt + EMPTY_LOG_MS);
    expect(await headKeptMs(opened)).toBeLessThan(expiresAt + 2 * hour);
    await store.logs.append(news, 'a', retention);
    expect(await headKeptMs(opened)).toBeGreaterThan(now + 7 * day);
  });
});

/** When DynamoDB may delete the head of the log. */
async function headKeptMs({ client, options }: OpenedDynamoDb): Promise<number> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: options.table, Key: { pk: S('L#news'), sk: S('head') } }),
  );
  return Number(Item?.['ttl']?.N) * 1000;
}

async function problemWith(dynamoDb: LocalDynamoDb, table: string): Promise<ConfigError> {
  const problem = await DynamoDbStore.connect({ ...at(dynamoDb), table }).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(ConfigError);
  return problem as ConfigError;
}
