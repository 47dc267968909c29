import { expect, it } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { ConnectionStore } from '../../../src/nest/store/connection-store.js';
import { rawPost, startService, startServiceWith } from '../../support/service-app.js';

it('forgets the client, which leaves every channel', async () => {
  await using service = await startServiceWith(['alice=', 'bob=']);
  for (const id of ['alice=', 'bob=']) await service.send(id, { action: 'join', channel: 'news' });
  const response = await service.post('/disconnect', 'alice=').set('DisconnectStatusCode', '1001').send();
  await service.send('bob=', { action: 'publish', channel: 'news', data: 1 });
  expect(response).toMatchObject({ status: 200, text: '' });
  expect(await service.app.get(ConnectionStore).getConnection('alice=' as ConnectionId)).toBeUndefined();
  expect(service.endpoint.messagesTo('alice=')).toMatchObject([{ type: 'joined', channel: 'news' }]);
  expect(service.lines).toContainEqual(
    expect.objectContaining({ msg: 'disconnected', disconnectStatusCode: '1001' }),
  );
});

it('returns 200 when the client is already forgotten', async () => {
  await using service = await startService();
  for (let times = 0; times < 2; times += 1) {
    expect(await service.post('/disconnect', 'alice=').send()).toMatchObject({ status: 200 });
  }
});

it('accepts a reason with any characters', async () => {
  await using service = await startService();
  const reason = Buffer.from('tschüß, , "x"').toString('latin1');
  const response = await rawPost(`${service.url}/disconnect`, {
    ConnectionId: 'alice=',
    DisconnectReason: reason,
  });
  expect(response.status).toBe(200);
});

it('refuses a request whose ConnectionId is missing or repeated', async () => {
  await using service = await startService();
  const url = `${service.url}/disconnect`;
  expect(JSON.parse((await rawPost(url, {})).body)).toMatchObject({ code: 'missing_header' });
  const twice = await rawPost(url, { ConnectionId: ['alice=', 'bob='] });
  expect(JSON.parse(twice.body)).toMatchObject({ code: 'repeated_header' });
});
