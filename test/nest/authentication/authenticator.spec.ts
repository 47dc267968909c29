import { expect, it } from 'vitest';
import { webSocketApi } from '../../../src/api/definition.js';
import { type ConnectionId } from '../../../src/api/integration.js';
import { type ChannelName } from '../../../src/api/messages.js';
import { ConnectionStore } from '../../../src/nest/store/connection-store.js';
import { Store } from '../../../src/nest/store/store.js';
import { rawPost, startService, type TestService } from '../../support/service-app.js';

const id = 'alice=' as ConnectionId;
const authorizer = { AUTH: 'authorizer' };

const connect = (service: TestService, userId: string, connectionId: string = id) =>
  rawPost(`${service.url}/connect`, {
    ConnectionId: connectionId,
    // as the bytes that Node writes for header values
    UserId: Buffer.from(userId).toString('latin1'),
  });

it('reads the user from the mapped header', async () => {
  await using service = await startService(authorizer);
  for (const userId of ['alice', 'auth0|5f7c', 'alice@example.com', 'Zoë Ünal', '名前', 'x'.repeat(256)]) {
    expect(await connect(service, userId)).toMatchObject({ status: 200 });
    expect(await service.app.get(ConnectionStore).getConnection(id)).toMatchObject({ userId });
  }
});

it('refuses a handshake without a user, with the mapping to add', async () => {
  await using service = await startService(authorizer);
  const without = await rawPost(`${service.url}/connect`, { ConnectionId: id });
  for (const response of [without, await connect(service, ''), await connect(service, '-')]) {
    expect(response.status).toBe(401);
    expect(JSON.parse(response.body)).toMatchObject({
      code: 'missing_user',
      detail: expect.stringContaining('context.authorizer.principalId'),
    });
  }
  expect(await service.app.get(ConnectionStore).getConnection(id)).toBeUndefined();
});

it('refuses an invalid user id', async () => {
  await using service = await startService(authorizer);
  const notUtf8 = { ConnectionId: id, UserId: 'Zo\xeb' };
  for (const response of [
    await connect(service, 'x'.repeat(257)),
    await connect(service, 'alice\u202e'),
    await rawPost(`${service.url}/connect`, notUtf8),
  ]) {
    expect(response.status).toBe(400);
    expect(JSON.parse(response.body)).toMatchObject({ code: 'bad_header' });
  }
});

it('ignores tokens and user headers without authentication', async () => {
  await using service = await startService();
  const headers = {
    ConnectionId: id,
    UserId: 'root',
    Token: 'x',
    'Sec-WebSocket-Protocol': 'backchannel, token.y',
  };
  expect(await rawPost(`${service.url}/connect`, headers)).toMatchObject({ status: 200 });
  expect(await service.app.get(ConnectionStore).getConnection(id)).not.toHaveProperty('userId');
});

it('shows the user of publishers and members', async () => {
  await using service = await startService(authorizer);
  await connect(service, 'zoe');
  await service.send(id, { action: 'join', channel: 'news' });
  await service.send(id, { action: 'publish', channel: 'news', data: 1 });
  await service.send(id, { action: 'presence', channel: 'news' });
  expect(service.endpoint.messagesTo(id)).toMatchObject([
    { type: 'joined', channel: 'news' },
    { type: 'message', channel: 'news', data: 1, from: id, user: 'zoe' },
    { type: 'published', channel: 'news' },
    {
      type: 'presence',
      channel: 'news',
      data: { count: 1, members: [{ connectionId: id, userId: 'zoe', joinedAt: expect.any(Number) }] },
    },
  ]);
});

it('reads the sender of a message from the store, not from its headers', async () => {
  await using service = await startService(authorizer);
  await connect(service, 'zoe');
  const send = (message: unknown) =>
    service
      .post('/message', id)
      .set('UserId', 'root')
      .set('Token', 'x')
      .send(JSON.stringify(message))
      .expect(200);
  await send({ action: 'join', channel: 'news' });
  await send({ action: 'publish', channel: 'news', data: 1 });
  expect(service.endpoint.messagesTo(id)).toContainEqual(expect.objectContaining({ from: id, user: 'zoe' }));
  expect(await service.app.get(ConnectionStore).getConnection(id)).toMatchObject({ userId: 'zoe' });
});

it.each([
  ['that the store does not know', false],
  ['that was accepted before authentication was switched on', true],
])('sends unknown_connection to a connection %s', async (_, isKnown) => {
  await using service = await startService(authorizer);
  const store = service.app.get(Store);
  const times = { connectedAt: Date.now(), expiresAt: Date.now() + 60_000 };
  if (isKnown) await store.connections.putConnection({ connectionId: id, ...times });
  await service
    .post('/message', id)
    .set('UserId', 'root')
    .send('{"action":"join","channel":"news","id":7}')
    .expect(200);
  expect(service.endpoint.messagesTo(id)).toMatchObject([
    { type: 'error', id: 7, code: 'unknown_connection' },
  ]);
  expect(await store.memberships.countMembers('news' as ChannelName)).toBe(0);
  expect((await store.connections.getConnection(id)) !== undefined).toBe(isKnown);
});

it('is mapped on every API, so that no header of a client reaches the service', () => {
  const values = {
    serviceUrl: 'http://nlb.example',
    vpcLinkId: 'link',
    gatewaySecret: 'a-secret-of-the-gateway',
  };
  const connectRoute = (more: object) =>
    webSocketApi({ ...values, ...more }).Routes.find(({ RouteKey }) => RouteKey === '$connect')!;
  const mapped = (more: object) =>
    connectRoute(more).Integration.RequestParameters['integration.request.header.UserId'];
  expect(mapped({})).toBe("'-'");
  expect(connectRoute({})).not.toHaveProperty('AuthorizationType');
  expect(mapped({ authorizer: { AuthorizerId: 'a1' } })).toBe('context.authorizer.principalId');
  expect(mapped({ authorizer: { AuthorizerId: 'a1', userKey: 'uid' } })).toBe('context.authorizer.uid');
  expect(connectRoute({ authorizer: { AuthorizerId: 'a1' } })).toMatchObject({
    AuthorizationType: 'CUSTOM',
    AuthorizerId: 'a1',
  });
});
