import { expect, it } from 'vitest';
import { type ConnectionId, HEADERS } from '../../../src/api/integration.js';
import { ConnectionStore } from '../../../src/nest/store/connection-store.js';
import { rawPost, startService } from '../../support/service-app.js';

const id = 'L0SM9cOFvHcCIhw=' as ConnectionId;

it('accepts a client and stores its connection', async () => {
  await using service = await startService();
  const connectedAt = Date.now() - 50;
  const response = await service.post('/connect', id).set('ConnectedAt', String(connectedAt)).send();
  expect(response).toMatchObject({ status: 200, text: '' });
  expect(await service.app.get(ConnectionStore).getConnection(id)).toMatchObject({
    connectedAt,
    expiresAt: connectedAt + (2 * 60 + 5) * 60_000,
  });
});

it('posts nothing to a client that is not connected yet', async () => {
  await using service = await startService();
  await service.post('/connect', id).send();
  expect(service.endpoint.posts).toEqual([]);
});

it('needs no other header than ConnectionId', async () => {
  await using service = await startService();
  expect(await rawPost(`${service.url}/connect`, { ConnectionId: id })).toMatchObject({ status: 200 });
});

it('treats an empty header as not mapped', async () => {
  await using service = await startService();
  const response = await rawPost(`${service.url}/connect`, {
    ConnectionId: id,
    ConnectedAt: '',
    SourceIp: '',
  });
  expect(response.status).toBe(200);
});

it('refuses a request without ConnectionId, with the mapping to add', async () => {
  await using service = await startService();
  for (const headers of [{}, { ConnectionId: '' }]) {
    const response = await rawPost(`${service.url}/connect`, headers);
    expect(response).toMatchObject({
      status: 400,
      type: expect.stringContaining('application/problem+json'),
    });
    expect(JSON.parse(response.body)).toMatchObject({
      status: 400,
      code: 'missing_header',
      detail: expect.stringContaining('context.connectionId'),
    });
  }
});

it.each(Object.values(HEADERS))('refuses a request that has %s twice', async (name) => {
  await using service = await startService();
  const response = await rawPost(`${service.url}/connect`, { ConnectionId: id, [name]: ['1', '1'] });
  expect(response.status).toBe(400);
  expect(JSON.parse(response.body)).toMatchObject({ code: 'repeated_header' });
  expect(await service.app.get(ConnectionStore).getConnection(id)).toBeUndefined();
});

it.each([
  ['ConnectionId', 'two words'],
  ['ConnectionId', 'x'.repeat(257)],
  ['ConnectionId', 'ümlaut'],
  ['ConnectedAt', 'yesterday'],
  ['ConnectedAt', '-1'],
  ['ConnectedAt', '1.5'],
])('refuses %s: %s', async (name, value) => {
  await using service = await startService();
  const response = await rawPost(`${service.url}/connect`, {
    ConnectionId: id,
    [name]: Buffer.from(value).toString('latin1'),
  });
  expect(response.status).toBe(400);
  expect(JSON.parse(response.body)).toMatchObject({ code: 'bad_header' });
});

it.each([
  ['in the distant past', -3 * 3_600_000],
  ['in the future', 3_600_000],
])('stores a connection as opened now if its ConnectedAt is %s', async (_, offsetMs) => {
  await using service = await startService();
  const before = Date.now();
  await service
    .post('/connect', id)
    .set('ConnectedAt', String(before + offsetMs))
    .send()
    .expect(200);
  const connection = await service.app.get(ConnectionStore).getConnection(id);
  expect(connection?.connectedAt).toBeGreaterThanOrEqual(before);
  expect(connection?.connectedAt).toBeLessThanOrEqual(Date.now());
});
