import { Injectable, Module } from '@nestjs/common';
import { expect, it, vi } from 'vitest';
import { type UserId } from '../../../src/api/integration.js';
import { type ChannelName } from '../../../src/api/messages.js';
import { QUOTAS } from '../../../src/api/quotas.js';
import { OnMessage } from '../../../src/nest/messages/handler-decorators.js';
import { StoreUnavailableError } from '../../../src/nest/store/store.errors.js';
import { ConnectionStore } from '../../../src/nest/store/connection-store.js';
import { MembershipStore } from '../../../src/nest/store/membership-store.js';
import { Store } from '../../../src/nest/store/store.js';
import { startService, startServiceWith } from '../../support/service-app.js';

it('replies to every action, and repeats the id', async () => {
  await using service = await startServiceWith(['alice=']);
  const channel = 'news';
  for (const action of ['ping', 'join', 'publish', 'presence', 'leave']) {
    const about = action === 'ping' ? {} : { channel };
    await service.send('alice=', {
      action,
      id: action,
      ...about,
      ...(action === 'publish' && { data: null }),
    });
  }
  const epoch = expect.stringMatching(/^[\w-]{1,32}$/) as string;
  expect(service.endpoint.messagesTo('alice=')).toEqual([
    { type: 'pong', id: 'ping' },
    { type: 'joined', id: 'join', channel, epoch, offset: 0 },
    { type: 'message', channel, offset: 1, data: null, from: 'alice=' },
    { type: 'published', id: 'publish', channel, epoch, offset: 1 },
    {
      type: 'presence',
      id: 'presence',
      channel,
      data: { count: 1, members: [{ connectionId: 'alice=', joinedAt: expect.any(Number) }] },
    },
    { type: 'left', id: 'leave', channel },
  ]);
});

it.each([
  ['not_json', 'hello'],
  ['not_json', ''],
  ['not_json', '{"action":"ping"'],
  ['bad_message', '[{"action":"ping"}]'],
  ['bad_message', 'null'],
  ['bad_message', '"ping"'],
  ['unknown_action', '{"id":1}'],
  ['unknown_action', '{"action":"dance","id":1}'],
  ['unknown_action', '{"action":"__proto__","id":1}'],
  ['unknown_action', '{"action":["ping"],"id":1}'],
  ['bad_message', '{"action":"ping","id":1,"extra":true}'],
  ['bad_message', '{"action":"join","id":1}'],
  ['bad_message', '{"action":"join","id":1,"channel":"no spaces"}'],
  ['bad_message', '{"action":"publish","id":1,"channel":"news"}'],
  ['not_joined', '{"action":"publish","id":1,"channel":"news","data":1}'],
  ['not_joined', '{"action":"presence","id":1,"channel":"news"}'],
])('replies with the error %s to %s, with the id if there is one', async (code, text) => {
  await using service = await startServiceWith(['alice=']);
  await service.post('/message', 'alice=').send(text).expect(200);
  const id = text.includes('"id"') ? { id: 1 } : {};
  expect(service.endpoint.messagesTo('alice=')).toEqual([
    { type: 'error', ...id, code, message: expect.stringMatching(/./) },
  ]);
});

it('names the path of a mistake in a message', async () => {
  await using service = await startServiceWith(['alice=']);
  await service.send('alice=', { action: 'join', channel: 'no spaces' });
  expect(service.endpoint.messagesTo('alice=')).toMatchObject([
    { message: expect.stringMatching(/^channel: /) },
  ]);
});

it.each([`"${'x'.repeat(129)}"`, '1e999', '{"nested":true}', 'null'])(
  'does not repeat an invalid id',
  async (id) => {
    await using service = await startServiceWith(['alice=']);
    await service.post('/message', 'alice=').send(`{"action":"ping","id":${id}}`).expect(200);
    expect(service.endpoint.messagesTo('alice=')).toEqual([
      { type: 'error', code: 'bad_message', message: expect.stringMatching(/^id: /) },
    ]);
  },
);

it('does not repeat long texts of the client', async () => {
  await using service = await startServiceWith(['alice=']);
  await service.send('alice=', { action: 'ping', ['k'.repeat(130_000)]: 1 }).expect(200);
  expect(service.endpoint.messagesTo('alice=')).toMatchObject([{ code: 'bad_message' }]);
  expect(service.endpoint.posts[0]?.data.length).toBeLessThan(1000);
});

it('notifies a connection that the store has lost before the reply, and registers it again', async () => {
  await using service = await startService();
  await service.send('alice=', { action: 'join', channel: 'news' });
  expect(service.endpoint.messagesTo('alice=')).toMatchObject([
    { type: 'memberships_lost' },
    { type: 'joined' },
  ]);
  expect(await service.app.get(MembershipStore).countMembers('news' as ChannelName)).toBe(1);
  service.endpoint.posts.length = 0;
  await service.send('alice=', { action: 'ping' });
  expect(service.endpoint.messagesTo('alice=')).toEqual([{ type: 'pong' }]);
});

it('notifies a lost connection with its next message if that failed the first time', async () => {
  await using service = await startService();
  service.endpoint.answer = () => 'forbidden';
  await service.send('alice=', { action: 'ping' }).expect(502);
  service.endpoint.posts.length = 0;
  service.endpoint.answer = () => 'accepted';
  await service.send('alice=', { action: 'ping' }).expect(200);
  expect(service.endpoint.messagesTo('alice=')).toEqual([{ type: 'memberships_lost' }, { type: 'pong' }]);
});

it('notifies a connection whose memberships are in doubt, and ends them', async () => {
  await using service = await startServiceWith(['alice=']);
  const { connections } = service.app.get(Store);
  await service.send('alice=', { action: 'join', channel: 'news' });
  service.endpoint.posts.length = 0;
  const put = vi.spyOn(connections, 'putConnection');
  const touch = connections.touchConnection.bind(connections);
  vi.spyOn(connections, 'touchConnection').mockImplementationOnce(async (connectionId) => {
    const known = await touch(connectionId);
    return known && { ...known, userId: 'zoe' as UserId, hasLostMemberships: true };
  });
  await service.send('alice=', { action: 'ping' }).expect(200);
  expect(service.endpoint.messagesTo('alice=')).toEqual([{ type: 'memberships_lost' }, { type: 'pong' }]);
  expect(put).toHaveBeenCalledWith(expect.objectContaining({ connectionId: 'alice=', userId: 'zoe' }));
});

it('sends the client internal_error, and API Gateway 500, when a handler fails', async () => {
  await using service = await startServiceWith(['alice=']);
  service.app.get(MembershipStore).join = () => Promise.reject(new Error('disk full'));
  const response = await service.send('alice=', { action: 'join', channel: 'news', id: 7 });
  expect(response.status).toBe(500);
  expect(response.body).toMatchObject({ code: 'internal_error' });
  expect(service.endpoint.messagesTo('alice=')).toMatchObject([
    { type: 'error', id: 7, code: 'internal_error' },
  ]);
});

it('responds with 500 also when the error reply cannot be posted', async () => {
  await using service = await startServiceWith(['alice=']);
  service.app.get(MembershipStore).join = () => Promise.reject(new Error('disk full'));
  service.endpoint.answer = () => 'forbidden';
  const response = await service.send('alice=', { action: 'join', channel: 'news' });
  expect(response.body).toMatchObject({ code: 'internal_error' });
  expect(service.lines).toContainEqual(
    expect.objectContaining({ level: 'warn', msg: 'error reply not posted' }),
  );
});

it.each([
  ['touchConnection', ConnectionStore],
  ['join', MembershipStore],
])(
  'sends the client unavailable when the store is unreachable in %s, and the request fails as well',
  async (method, contract) => {
    await using service = await startServiceWith(['alice=']);
    const away = () => Promise.reject(new StoreUnavailableError('connection refused'));
    Object.assign(service.app.get<object>(contract), { [method]: away });
    const response = await service.send('alice=', { action: 'join', channel: 'news', id: 7 });
    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(service.endpoint.messagesTo('alice=')).toMatchObject([
      { type: 'error', id: 7, code: 'unavailable' },
    ]);
    expect(service.lines).toContainEqual(
      expect.objectContaining({ err: expect.objectContaining({ type: 'StoreUnavailableError' }) }),
    );
  },
);

it('sends unknown_connection when the connection is lost between two steps', async () => {
  await using service = await startServiceWith(['alice=']);
  const store = service.app.get(Store);
  const join = store.memberships.join.bind(store.memberships);
  store.memberships.join = async (channel, connectionId, maxChannels) => {
    await store.connections.removeConnection(connectionId);
    return join(channel, connectionId, maxChannels);
  };
  await service.send('alice=', { action: 'join', channel: 'news', id: 7 }).expect(200);
  expect(service.endpoint.messagesTo('alice=')).toMatchObject([
    { type: 'error', id: 7, code: 'unknown_connection' },
  ]);
});

it('refuses an invalid since', async () => {
  await using service = await startServiceWith(['alice=']);
  const wrong = [
    '"yesterday"',
    'null',
    '[]',
    '5',
    '{}',
    '{"offset":1}',
    '{"epoch":"e"}',
    '{"epoch":"","offset":1}',
    `{"epoch":"${'e'.repeat(1000)}","offset":1}`,
    '{"epoch":1,"offset":1}',
    '{"epoch":["e"],"offset":1}',
    '{"epoch":"e","offset":-1}',
    '{"epoch":"e","offset":1.5}',
    '{"epoch":"e","offset":"1"}',
    '{"epoch":"e","offset":null}',
    '{"epoch":"e","offset":9007199254740993}',
    '{"epoch":"e","offset":1e400}',
    '{"epoch":"e","offset":1,"limit":5}',
  ];
  for (const since of wrong) {
    await service
      .post('/message', 'alice=')
      .send(`{"action":"join","id":1,"channel":"news","since":${since}}`)
      .expect(200);
  }
  expect(service.endpoint.messagesTo('alice=')).toEqual(
    wrong.map(() => ({
      type: 'error',
      id: 1,
      code: 'bad_message',
      message: expect.stringMatching(/^since: /),
    })),
  );
  expect(await service.app.get(MembershipStore).countMembers('news' as ChannelName)).toBe(0);
});

it('counts a reply that is too large once, with the code that the sender gets', async () => {
  @Injectable()
  class Shouts {
    @OnMessage('shout')
    shout() {
      return { type: 'shouted', data: 'x'.repeat(QUOTAS.messageBytes) };
    }
  }
  @Module({ providers: [Shouts] })
  class ShoutModule {}
  await using service = await startServiceWith(['alice='], {}, { imports: [ShoutModule] });
  await service.send('alice=', { action: 'shout' }).expect(200);
  expect(service.endpoint.messagesTo('alice=')).toMatchObject([{ code: 'message_too_large' }]);
  const counted = (await (await fetch(`${service.url}/metrics`)).text())
    .split('\n')
    .filter((line) => line.startsWith('backchannel_messages_total{action="shout"'));
  expect(counted).toEqual(['backchannel_messages_total{action="shout",result="message_too_large"} 1']);
});
