import { expect, it, vi } from 'vitest';
import { StoreUnavailableError } from '../../../src/nest/store/store.errors.js';
import { Store } from '../../../src/nest/store/store.js';
import { rawPost } from '../../support/service-app.js';
import { API_KEY, OTHER_KEY, startBackendApi, type TestApi } from './backend-api.js';

const send = (
  api: TestApi,
  key: string,
  data: unknown = 1,
  path = '/v1/channels/news/messages',
  apiKey = API_KEY,
) => api.call('post', path, apiKey).set('Idempotency-Key', key).send({ data });

const offset = async (api: TestApi) =>
  ((await api.call('get', '/v1/channels/news')).body as { offset: number }).offset;

it('carries out a repeated request once, and sends the first response again', async () => {
  await using api = await startBackendApi();
  const first = await send(api, 'order-1').expect(200);
  expect(first.headers).not.toHaveProperty('idempotent-replayed');
  const second = await send(api, 'order-1').expect(200);
  expect(second.headers).toMatchObject({ 'idempotent-replayed': 'true' });
  expect(second.text).toBe(first.text);
  expect(await offset(api)).toBe(1);
});

it('treats another key, URL or backend as another request', async () => {
  await using api = await startBackendApi();
  const path = '/v1/channels/sport/messages';
  const responses = [
    await send(api, 'order-1'),
    await send(api, 'order-2'),
    await send(api, 'order-1', 1, path),
    await send(api, 'order-1', 1, undefined, OTHER_KEY),
  ];
  for (const { status, headers } of responses) {
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('idempotent-replayed');
  }
  expect(await offset(api)).toBe(3);
});

it('refuses a key that was used with another body', async () => {
  await using api = await startBackendApi();
  await send(api, 'order-1', 1).expect(200);
  expect((await send(api, 'order-1', 2)).body).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  expect(await offset(api)).toBe(1);
});

it('refuses a repetition while the first request is in progress, and asks to retry', async () => {
  await using api = await startBackendApi();
  await api.connect('alice=', ['news']);
  const posted = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  api.service.endpoint.answer = async () => {
    posted.resolve();
    await release.promise;
    return 'accepted' as const;
  };
  const first = send(api, 'order-1').then((response) => response);
  await posted.promise;
  const second = await send(api, 'order-1');
  expect(second.body).toMatchObject({ status: 409, code: 'request_under_way' });
  expect(second.headers).toMatchObject({ 'retry-after': '1' });
  release.resolve();
  expect(await first).toMatchObject({ status: 200 });
  expect((await send(api, 'order-1')).headers).toMatchObject({ 'idempotent-replayed': 'true' });
});

it('carries out one of many concurrent requests with the same key', async () => {
  await using api = await startBackendApi();
  const responses = await Promise.all(Array.from({ length: 20 }, () => send(api, 'order-1')));
  const firsts = responses.filter(
    ({ status, headers }) => status === 200 && headers['idempotent-replayed'] === undefined,
  );
  expect(firsts).toHaveLength(1);
  expect(responses.every(({ status }) => status === 200 || status === 409)).toBe(true);
  expect(await offset(api)).toBe(1);
});

it('carries out a request again after it has failed', async () => {
  await using api = await startBackendApi();
  const path = '/v1/connections/alice%3D/messages';
  api.service.endpoint.answer = () => 'forbidden';
  await send(api, 'order-1', 1, path).expect(502);
  api.service.endpoint.answer = () => 'accepted';
  const second = await send(api, 'order-1', 1, path).expect(200);
  expect(second.headers).not.toHaveProperty('idempotent-replayed');
});

it('accepts a corrected body with the key of a refused request', async () => {
  await using api = await startBackendApi();
  await send(api, 'order-1', 1, '/v1/messages').expect(400);
  const batch = api.call('post', '/v1/messages').set('Idempotency-Key', 'order-1');
  await batch.send({ messages: [{ channel: 'news', data: 1 }] }).expect(200);
  expect(await offset(api)).toBe(1);
});

it('sends the response even if it could not be kept', async () => {
  await using api = await startBackendApi();
  api.service.endpoint.answer = async () => {
    await api.service.app.get(Store).close();
    return 'accepted' as const;
  };
  await send(api, 'order-1', 1, '/v1/connections/alice%3D/messages').expect(200);
  expect(api.service.lines).toContainEqual(
    expect.objectContaining({ level: 'warn', msg: 'response not kept' }),
  );
});

it('appends once if the store has done what it did not confirm', async () => {
  await using api = await startBackendApi();
  const { logs } = api.service.app.get(Store);
  const append = logs.append.bind(logs);
  vi.spyOn(logs, 'append').mockImplementationOnce(async (...args) => {
    await append(...args);
    throw new StoreUnavailableError('no response within 2000 ms');
  });
  await api.connect('alice=', ['news']);
  await send(api, 'order-1').expect(503);
  const repeated = await send(api, 'order-1').expect(200);
  expect(repeated.body).toMatchObject({ offset: 1 });
  expect(await offset(api)).toBe(1);
  // the first attempt did not get so far
  expect(api.service.endpoint.messagesTo('alice=')).toContainEqual({
    type: 'message',
    channel: 'news',
    offset: 1,
    data: 1,
  });
});

it('appends each message of a batch once, if the batch is repeated because one of them had failed', async () => {
  await using api = await startBackendApi();
  const { logs } = api.service.app.get(Store);
  const append = logs.append.bind(logs);
  vi.spyOn(logs, 'append')
    .mockImplementationOnce(append)
    .mockImplementationOnce(async (...args) => {
      await append(...args);
      throw new StoreUnavailableError('no response within 2000 ms');
    });
  const messages = ['a', 'unconfirmed', 'a'].map((data) => ({ channel: 'news', data }));
  const publish = async () => {
    const batch = api.call('post', '/v1/messages').set('Idempotency-Key', 'order-1').send({ messages });
    return (await batch.expect(200)).body as { results: unknown[] };
  };
  const problem = expect.objectContaining({ code: 'store_unavailable' }) as unknown;
  const position = (at: number) => expect.objectContaining({ offset: at }) as unknown;
  expect((await publish()).results).toEqual([position(1), { problem }, position(3)]);
  expect((await publish()).results).toEqual([position(1), position(2), position(3)]);
  expect(await offset(api)).toBe(3);
});

it('refuses another body also if the response to the first one was not kept', async () => {
  await using api = await startBackendApi();
  const { reservations } = api.service.app.get(Store);
  vi.spyOn(reservations, 'keepResult').mockImplementationOnce((key, owner) =>
    reservations.release(key, owner),
  );
  await send(api, 'order-1', 1).expect(200);
  expect((await send(api, 'order-1', 2)).body).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  expect(await offset(api)).toBe(1);
});

it('lets a repetition carry out the request seconds after its task has ended', async () => {
  await using api = await startBackendApi();
  const { reservations } = api.service.app.get(Store);
  const reserve = reservations.reserve.bind(reservations);
  const spy = vi.spyOn(reservations, 'reserve').mockImplementation(reserve);
  await send(api, 'order-1').expect(200);
  const [, leaseMs] = spy.mock.calls[0]!;
  expect(leaseMs).toBeLessThanOrEqual(6_000);
});

it('keeps the key while the request is carried out', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    await using api = await startBackendApi();
    await api.connect('alice=', ['news']);
    const { reservations } = api.service.app.get(Store);
    const renew = vi.spyOn(reservations, 'renew');
    const posted = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    api.service.endpoint.answer = async () => {
      posted.resolve();
      await release.promise;
      return 'accepted' as const;
    };
    const first = send(api, 'order-1').then((response) => response);
    await posted.promise;
    vi.advanceTimersByTime(6_000);
    expect(renew.mock.calls.length).toBeGreaterThanOrEqual(3);
    release.resolve();
    expect((await first).status).toBe(200);
    renew.mockClear();
    vi.advanceTimersByTime(6_000);
    expect(renew).not.toHaveBeenCalled();
  } finally {
    vi.useRealTimers();
  }
});

it('repeats the response to a batch', async () => {
  await using api = await startBackendApi();
  const messages = Array.from({ length: 100 }, () => ({ channel: 'n'.repeat(256), data: 1 }));
  const batch = async () =>
    api.call('post', '/v1/messages').set('Idempotency-Key', 'order-1').send({ messages }).expect(200);
  const first = await batch();
  const second = await batch();
  expect(second.headers).toMatchObject({ 'idempotent-replayed': 'true' });
  expect(second.body).toEqual(first.body);
});

it('refuses an invalid key', async () => {
  await using api = await startBackendApi();
  for (const key of ['', ' ', 'two words', 'ü', 'x'.repeat(257)]) {
    expect((await send(api, key)).body).toMatchObject({ status: 400, code: 'bad_request' });
  }
  await send(api, `~!"${'x'.repeat(253)}`).expect(200);
});

it('refuses two keys', async () => {
  await using api = await startBackendApi();
  const headers = {
    Authorization: `Bearer ${API_KEY}`,
    'Content-Type': 'application/json',
    'Idempotency-Key': ['a', 'b'],
  };
  const { status, body } = await rawPost(
    `${api.service.url}/v1/channels/news/messages`,
    headers,
    '{"data":1}',
  );
  expect([status, JSON.parse(body)]).toMatchObject([400, { code: 'bad_request' }]);
});

it('keeps neither the key nor the body in the log', async () => {
  await using api = await startBackendApi();
  await send(api, 'order-secret-1', 'content-secret').expect(200);
  await send(api, 'order-secret-1', 'content-secret').expect(200);
  expect(JSON.stringify(api.service.lines)).not.toMatch(/order-secret|content-secret/);
});
