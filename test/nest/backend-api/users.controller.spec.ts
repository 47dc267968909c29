import { expect, it } from 'vitest';
import { startBackendApi } from './backend-api.js';

const path = (userId: string, rest: 'messages' | 'connections') =>
  `/v1/users/${encodeURIComponent(userId)}/${rest}`;

it("sends to all of a user's connections, and forgets those that are gone", async () => {
  await using api = await startBackendApi({ AUTH: 'authorizer' });
  await api.connect('a1=', [], 'alice');
  await api.connect('a2=', [], 'alice');
  await api.connect('a3=', [], 'alice');
  await api.connect('b=', [], 'bob');
  api.service.endpoint.answer = ({ connectionId }) => (connectionId === 'a2=' ? 'gone' : 'accepted');
  const { body } = await api.call('post', path('alice', 'messages')).send({ data: 'hi' }).expect(200);
  expect(body).toEqual({ delivered: 2, gone: 1, failed: 0 });
  for (const id of ['a1=', 'a3=']) {
    expect(api.service.endpoint.messagesTo(id)).toEqual([{ type: 'message', data: 'hi' }]);
  }
  expect(api.service.endpoint.messagesTo('b=')).toEqual([]);
  const left = (await api.call('get', path('alice', 'connections')).expect(200)).body as {
    connections: { connectionId: string }[];
  };
  expect(left.connections.map(({ connectionId }) => connectionId).toSorted()).toEqual(['a1=', 'a3=']);
});

it('counts the connections to which the message could not be sent', async () => {
  await using api = await startBackendApi({ AUTH: 'authorizer' });
  await api.connect('a1=', [], 'alice');
  await api.connect('a2=', [], 'alice');
  api.service.endpoint.answer = ({ connectionId }) => (connectionId === 'a2=' ? 'forbidden' : 'accepted');
  const { body } = await api.call('post', path('alice', 'messages')).send({ data: 'hi' }).expect(200);
  expect(body).toEqual({ delivered: 1, gone: 0, failed: 1 });
});

it('counts the connections that could not be closed', async () => {
  await using api = await startBackendApi({ AUTH: 'authorizer' });
  await api.connect('a1=', [], 'alice');
  await api.connect('a2=', [], 'alice');
  // as from a stage that is not there
  api.service.endpoint.deletion = () => 'forbidden';
  const { body } = await api.call('delete', path('alice', 'connections')).expect(200);
  expect(body).toEqual({ disconnected: 0, gone: 0, failed: 2 });
});

it('does nothing for a user without connections', async () => {
  await using api = await startBackendApi();
  const { body } = await api.call('post', path('absent', 'messages')).send({ data: 1 }).expect(200);
  expect(body).toEqual({ delivered: 0, gone: 0, failed: 0 });
  expect((await api.call('get', path('absent', 'connections'))).body).toEqual({ connections: [] });
});

it('accepts every valid user id', async () => {
  await using api = await startBackendApi({ AUTH: 'authorizer' });
  for (const [index, userId] of ['a b', 'ü😀', 'a/b?c#d%2F', '..', '😀'.repeat(256)].entries()) {
    const connectionId = `c${index}=`;
    await api.connect(connectionId, [], Buffer.from(userId).toString('latin1'));
    const { body } = await api.call('get', path(userId, 'connections')).expect(200);
    expect(body).toMatchObject({ connections: [{ connectionId, userId }] });
  }
});

it('refuses an invalid user id', async () => {
  await using api = await startBackendApi();
  for (const segment of ['%00', 'a%0Ab', '%E2%80%8B', 'a'.repeat(257)]) {
    const { body } = await api.call('get', `/v1/users/${segment}/connections`);
    expect(body).toMatchObject({ status: 400, detail: expect.stringMatching(/^userId: /) as string });
  }
  expect((await api.call('get', '/v1/users/%FF/connections')).body).toMatchObject({ code: 'bad_request' });
});
