import { describe, expect, it } from 'vitest';
import { type Answer } from '../../support/connections-endpoint.js';
import { startBackendApi } from './backend-api.js';

describe('POST /v1/connections/{connectionId}/messages', () => {
  it('sends a message to this connection alone', async () => {
    await using api = await startBackendApi();
    await api.connect('alice=');
    await api.connect('bob=');
    const { body } = await api
      .call('post', '/v1/connections/alice%3D/messages')
      .send({ data: [1] })
      .expect(200);
    expect(body).toEqual({ delivered: 1, gone: 0, failed: 0 });
    expect(api.service.endpoint.messagesTo('alice=')).toEqual([{ type: 'message', data: [1] }]);
    expect(api.service.endpoint.messagesTo('bob=')).toEqual([]);
    expect(api.service.lines).toContainEqual(
      expect.objectContaining({
        level: 'info',
        apiKeyName: 'orders',
        recipient: 'alice=',
        msg: 'sent to a connection',
      }),
    );
  });

  it.each<Answer>(['gone', 'invalid id'])(
    'forgets a connection for which API Gateway responds %s',
    async (answer) => {
      await using api = await startBackendApi();
      await api.connect('alice=');
      api.service.endpoint.answer = () => answer;
      const { body } = await api
        .call('post', '/v1/connections/alice%3D/messages')
        .send({ data: 1 })
        .expect(200);
      expect(body).toEqual({ delivered: 0, gone: 1, failed: 0 });
      expect((await api.call('get', '/v1/connections/alice%3D')).body).toMatchObject({
        code: 'unknown_connection',
      });
    },
  );

  it('returns callback_failed when API Gateway refuses', async () => {
    await using api = await startBackendApi();
    api.service.endpoint.answer = () => 'forbidden';
    const { body } = await api.call('post', '/v1/connections/alice%3D/messages').send({ data: 1 });
    expect(body).toMatchObject({ status: 502, code: 'callback_failed' });
  });

  it('refuses a message that is too large', async () => {
    await using api = await startBackendApi();
    const data = 'x'.repeat(131_072 - '{"data":""}'.length);
    const { body } = await api.call('post', '/v1/connections/alice%3D/messages').send({ data });
    expect(body).toMatchObject({ status: 413, code: 'message_too_large' });
    expect(api.service.endpoint.posts).toEqual([]);
  });

  it('refuses an invalid connection id', async () => {
    await using api = await startBackendApi();
    for (const segment of ['a%20b', '%00', '%C3%BC', 'a'.repeat(257)]) {
      const { body } = await api.call('post', `/v1/connections/${segment}/messages`).send({ data: 1 });
      expect(body).toMatchObject({ status: 400, detail: expect.stringMatching(/^connectionId: /) as string });
    }
    await api
      .call('post', `/v1/connections/${'%21'.repeat(256)}/messages`)
      .send({ data: 1 })
      .expect(200);
  });
});

describe('GET /v1/connections/{connectionId}', () => {
  it('returns a connection', async () => {
    await using api = await startBackendApi({ AUTH: 'authorizer' });
    await api.connect('a/b=', [], 'alice');
    const { body } = await api.call('get', '/v1/connections/a%2Fb%3D').expect(200);
    const time = expect.any(Number) as number;
    expect(body).toEqual({ connectionId: 'a/b=', userId: 'alice', connectedAt: time, lastActiveAt: time });
  });

  it('returns unknown_connection for a closed connection', async () => {
    await using api = await startBackendApi();
    await api.connect('alice=');
    await api.service.post('/disconnect', 'alice=').expect(200);
    const { body } = await api.call('get', '/v1/connections/alice%3D');
    expect(body).toMatchObject({ status: 404, code: 'unknown_connection' });
  });
});
