import { describe, expect, it } from 'vitest';
import { type Answer } from '../../support/connections-endpoint.js';
import { startPublishApi } from './backend-api.js';

describe('POST /v1/connections/{connectionId}/messages', () => {
  it('sends a message to this connection alone', async () => {
    await using api = await startPublishApi();
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

  it.each<Answer>(['gone', 'invalid id'])('forgets one that API Gateway says is %s', async (answer) => {
    await using api = await startPublishApi();
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
  });

  it('says so when API Gateway refuses', async () => {
    await using api = await startPublishApi();
    api.service.endpoint.answer = () => 'forbidden';
    const { body } = await api.call('post', '/v1/connections/alice%3D/messages').send({ data: 1 });
    expect(body).toMatchObject({ status: 502, code: 'callback_failed' });
  });

  it('refuses what is too large', async () => {
    await using api = await startPublishApi();
    const data = 'x'.repeat(131_072 - '{"data":""}'.length);
    const { body } = await api.call('post', '/v1/connections/alice%3D/messages').send({ data });
    expect(body).toMatchObject({ status: 413, code: 'message_too_large' });
    expect(api.service.endpoint.posts).toEqual([]);
  });

  it('refuses what no connection can be called', async () => {
    await using api = await startPublishApi();
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
  it('says what is known of it', async () => {
    await using api = await startPublishApi({ AUTH: 'authorizer' });
    await api.connect('a/b=', [], 'alice');
    const { body } = await api.call('get', '/v1/connections/a%2Fb%3D').expect(200);
    const time = expect.any(Number) as number;
    expect(body).toEqual({ connectionId: 'a/b=', userId: 'alice', connectedAt: time, lastActiveAt: time });
  });

  it('says that nothing is known of one that has left', async () => {
    await using api = await startPublishApi();
    await api.connect('alice=');
    await api.service.post('/disconnect', 'alice=').expect(200);
    const { body } = await api.call('get', '/v1/connections/alice%3D');
    expect(body).toMatchObject({ status: 404, code: 'unknown_connection' });
  });
});
