import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawPost, startService } from '../../support/service-app.js';
import { API_KEY, OTHER_KEY, startBackendApi, type TestApi } from './backend-api.js';

/** For what needs no settings of its own and leaves nothing behind that another test would see. */
let shared: TestApi;
beforeAll(async () => {
  shared = await startBackendApi();
});
afterAll(async () => shared[Symbol.asyncDispose]());

it.each(['/v1/counts', '/v1/docs', '/v1/docs/swagger-ui.css', '/v1/openapi.json'])(
  'does not serve %s where there are no API keys, and names the setting',
  async (path) => {
    await using service = await startService();
    const response = await request(service.app.getHttpServer()).get(path);
    expect(response).toMatchObject({ status: 404, type: 'application/problem+json' });
    expect(response.body).toMatchObject({
      code: 'not_found',
      detail: expect.stringContaining('API_KEYS') as string,
    });
  },
);

it('accepts each of the keys, and logs the name of the key that was sent, never the key', async () => {
  await using api = await startBackendApi();
  await api.publish('news', 1).expect(200);
  await api.call('post', '/v1/channels/news/messages', OTHER_KEY).send({ data: 2 }).expect(200);
  const published = api.service.lines.filter(({ msg }) => msg === 'published');
  expect(published).toMatchObject([
    { level: 'info', apiKeyName: 'orders', channel: 'news', offset: 1 },
    { level: 'info', apiKeyName: 'billing', channel: 'news', offset: 2 },
  ]);
  const log = JSON.stringify(api.service.lines);
  expect(log).not.toContain(API_KEY);
  expect(log).not.toContain(OTHER_KEY);
});

it('logs the name of the key also for a refused request', async () => {
  await using api = await startBackendApi();
  await api.publish('no name!', 1).expect(400);
  expect(api.service.lines).toContainEqual(
    expect.objectContaining({ msg: 'request refused', code: 'bad_request', apiKeyName: 'orders' }),
  );
});

describe('a request', () => {
  it('without a key is refused with missing_api_key', async () => {
    await using api = await startBackendApi();
    const response = await request(api.service.app.getHttpServer()).get('/v1/counts');
    expect(response).toMatchObject({ status: 401, type: 'application/problem+json' });
    expect(response.headers['www-authenticate']).toBe('Bearer');
    expect(response.body).toMatchObject({ code: 'missing_api_key' });
  });

  it.each([
    ['a wrong key', `Bearer ${'x'.repeat(API_KEY.length)}`],
    ['a part of a key', `Bearer ${API_KEY.slice(0, -1)}`],
    ['another scheme', `Basic ${API_KEY}`],
    ['the key alone', API_KEY],
    ['an empty key', 'Bearer '],
    ['two keys', `Bearer ${API_KEY}, Bearer ${API_KEY}`],
    ['the name of the key', `Bearer orders:${API_KEY}`],
  ])('with %s is refused', async (_, authorization) => {
    const response = await shared.call('get', '/v1/counts').set('Authorization', authorization);
    expect(response.status).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    expect(response.body).toMatchObject({ code: 'invalid_api_key' });
  });

  it('with the header twice is refused even if one of them is right', async () => {
    await using api = await startBackendApi();
    const headers = { Authorization: [`Bearer ${API_KEY}`, 'Bearer another'] };
    const { status, body } = await rawPost(`${api.service.url}/v1/messages`, headers);
    expect(status).toBe(401);
    expect(JSON.parse(body)).toMatchObject({ code: 'invalid_api_key' });
  });

  it('of the gateway is not accepted by its secret', async () => {
    await using api = await startBackendApi({ GATEWAY_SECRET: 'a-secret-of-the-gateway' });
    const response = await request(api.service.app.getHttpServer())
      .get('/v1/counts')
      .set('GatewaySecret', 'a-secret-of-the-gateway');
    expect(response.status).toBe(401);
  });

  it('of another backend is not accepted as the gateway by its key', async () => {
    await using api = await startBackendApi({ GATEWAY_SECRET: 'a-secret-of-the-gateway' });
    const response = await api.call('post', '/connect').set('ConnectionId', 'alice=');
    expect(response.body).toMatchObject({ status: 403, code: 'wrong_gateway_secret' });
  });
});

it('accepts the name of the scheme in any case', async () => {
  await using api = await startBackendApi();
  const response = await api.call('get', '/v1/counts').set('Authorization', `bearer ${API_KEY}`);
  expect(response.status).toBe(200);
});
