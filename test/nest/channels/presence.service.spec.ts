import { expect, it } from 'vitest';
import { type ConnectionId, type UserId } from '../../../src/api/integration.js';
import { type ChannelName, type ServerMessage } from '../../../src/api/messages.js';
import { QUOTAS } from '../../../src/api/quotas.js';
import { Store } from '../../../src/nest/store/store.js';
import { startService } from '../../support/service-app.js';

it('returns the number of members, and names the first thousand', async () => {
  await using service = await startService();
  const store = service.app.get(Store);
  const count = QUOTAS.presenceMembers + 1;
  for (let n = 0; n < count; n += 1) {
    // as long as AWS's ids
    const connectionId = `gbgBEG6oLQAYKE${String(n).padStart(4, '0')}==` as ConnectionId;
    await store.connections.putConnection({
      connectionId,
      connectedAt: Date.now(),
      expiresAt: Date.now() + 60_000,
    });
    await store.memberships.join('news' as ChannelName, connectionId, 100);
  }

  await service.send('gbgBEG6oLQAYKE0000==', { action: 'presence', channel: 'news' }).expect(200);

  const [answer] = service.endpoint.messagesTo('gbgBEG6oLQAYKE0000==') as [
    ServerMessage & { type: 'presence' },
  ];
  expect(answer.type).toBe('presence');
  expect(answer.data.count).toBe(count);
  expect(answer.data.members).toHaveLength(QUOTAS.presenceMembers);
  expect(Object.keys(answer.data.members[0]!)).toEqual(['connectionId', 'joinedAt']);
});

it('names as many members as fit into a message when user ids are long', async () => {
  await using service = await startService();
  const store = service.app.get(Store);
  const count = QUOTAS.presenceMembers;
  for (let n = 0; n < count; n += 1) {
    const [connectionId, userId] = [`c${n}=` as ConnectionId, '"'.repeat(QUOTAS.userIdLength) as UserId];
    await store.connections.putConnection({
      connectionId,
      userId,
      connectedAt: Date.now(),
      expiresAt: Date.now() + 60_000,
    });
    await store.memberships.join('news' as ChannelName, connectionId, 100);
  }

  await service.send('c0=', { action: 'presence', channel: 'news', id: '"'.repeat(128) }).expect(200);

  const [answer] = service.endpoint.messagesTo('c0=') as [ServerMessage & { type: 'presence' }];
  expect(answer).toMatchObject({ type: 'presence', data: { count } });
  expect(answer.data.members.length).toBeGreaterThan(200);
  expect(answer.data.members[0]?.userId).toHaveLength(QUOTAS.userIdLength);
});
