import { describe, expect, it } from 'vitest';
import { type ConnectionId } from '../../../../src/api/integration.js';
import { type ChannelName } from '../../../../src/api/messages.js';
import { openDynamoDb } from '../../../support/dynamodb-store.js';

const news = 'news' as ChannelName;
const alice = 'alice=' as ConnectionId;
const hour = 3_600_000;

describe('the time of the store', () => {
  it.each([
    ['ahead of', 3 * hour],
    ['behind', -3 * hour],
  ])("is DynamoDB's, which may be %s that of this machine", async (_, aheadMs) => {
    await using opened = await openDynamoDb();
    const { store, dynamoDb } = opened;
    dynamoDb.aheadMs = aheadMs;
    await store.probe();
    const now = Date.now() + aheadMs;
    expect(Math.abs(store.clock.now() - now)).toBeLessThan(60_000);
    await store.connections.putConnection({ connectionId: alice, connectedAt: now, expiresAt: now + hour });
    expect(await store.connections.touchConnection(alice)).toMatchObject({
      lastActiveAt: expect.closeTo(now, -5),
    });
    await store.logs.append(news, 'a', { messages: 10, ageMs: hour });
    expect(await store.logs.readLog(news, 0, 10)).toMatchObject([{ publishedAt: expect.closeTo(now, -5) }]);
  });

  it('is that of this machine if responses have no time', async () => {
    await using opened = await openDynamoDb();
    opened.dynamoDb.aheadMs = undefined;
    await opened.store.probe();
    expect(Math.abs(opened.store.clock.now() - Date.now())).toBeLessThan(60_000);
  });
});
