import { describe, expect, it } from 'vitest';
import { type ServerMessage } from '../../../src/api/messages.js';
import { ConnectionStore } from '../../../src/nest/store/connection-store.js';
import { type ReconnectsResponse } from '../../../src/nest/backend-api/response-schemas.js';
import { startBackendApi, type TestApi } from './backend-api.js';

type Reconnect = ServerMessage & { type: 'reconnect' };

const ids = (count: number) => Array.from({ length: count }, (_, index) => `c${index}=`);

async function ask(api: TestApi, body: object): Promise<ReconnectsResponse> {
  return (await api.call('post', '/v1/reconnects').send(body).expect(200)).body as ReconnectsResponse;
}

/** The times of all messages `reconnect`, by connection. */
const timesOf = (api: TestApi) =>
  api.service.endpoint.posts.map(({ connectionId, data }) => {
    const { type, afterMs } = JSON.parse(data) as Reconnect;
    expect(type).toBe('reconnect');
    return { connectionId, afterMs };
  });

describe('POST /v1/reconnects', () => {
  it('asks every client to reconnect, each at a time of its own', async () => {
    await using api = await startBackendApi();
    for (const id of ids(30)) await api.connect(id);
    expect(await ask(api, { spreadMs: 600_000 })).toEqual({
      notified: 30,
      gone: 0,
      failed: 0,
      connectedBefore: expect.any(Number),
    });
    const times = timesOf(api);
    expect(times.map(({ connectionId }) => connectionId).toSorted()).toEqual(ids(30).toSorted());
    for (const { afterMs } of times) {
      expect(Number.isInteger(afterMs)).toBe(true);
      expect(afterMs).toBeGreaterThanOrEqual(0);
      expect(afterMs).toBeLessThanOrEqual(600_000);
    }
    expect(new Set(times.map(({ afterMs }) => afterMs)).size).toBeGreaterThan(20);
    expect(api.service.lines).toContainEqual(
      expect.objectContaining({
        level: 'info',
        apiKeyName: 'orders',
        msg: 'asked to reconnect',
        notified: 30,
        spreadMs: 600_000,
      }),
    );
  });

  it('asks all of them at once without a spread, and closes none', async () => {
    await using api = await startBackendApi();
    await api.connect('alice=');
    await ask(api, { spreadMs: 0 });
    expect(timesOf(api)).toEqual([{ connectionId: 'alice=', afterMs: 0 }]);
    expect(api.service.endpoint.deleted).toEqual([]);
  });

  it('continues where the response before has ended', async () => {
    await using api = await startBackendApi();
    for (const id of ids(7)) await api.connect(id);
    let response = await ask(api, { spreadMs: 0, limit: 3 });
    const { connectedBefore } = response;
    const notified = [response.notified];
    while (response.next !== undefined) {
      response = await ask(api, { spreadMs: 0, limit: 3, connectedBefore, after: response.next });
      expect(response.connectedBefore).toBe(connectedBefore);
      notified.push(response.notified);
    }
    expect(notified).toEqual([3, 3, 1]);
    expect(
      timesOf(api)
        .map(({ connectionId }) => connectionId)
        .toSorted(),
    ).toEqual(ids(7));
  });

  it('does not ask connections that were opened since the first request', async () => {
    await using api = await startBackendApi();
    await api.connect('before=');
    const { connectedBefore } = await ask(api, { spreadMs: 0 });
    api.service.endpoint.posts.length = 0;
    await api.service.app.get(ConnectionStore).putConnection({
      connectionId: 'since=' as never,
      connectedAt: connectedBefore,
      expiresAt: connectedBefore + 3_600_000,
    });
    expect(await ask(api, { spreadMs: 0, connectedBefore })).toMatchObject({ notified: 1 });
    expect(timesOf(api)).toEqual([{ connectionId: 'before=', afterMs: 0 }]);
  });

  it('forgets connections that are gone, and counts those that could not be asked', async () => {
    await using api = await startBackendApi();
    for (const id of ['here=', 'gone=', 'refused=']) await api.connect(id);
    api.service.endpoint.answer = ({ connectionId }) =>
      connectionId === 'gone=' ? 'gone' : connectionId === 'refused=' ? 'forbidden' : 'accepted';
    expect(await ask(api, { spreadMs: 0 })).toMatchObject({ notified: 1, gone: 1, failed: 1 });
    expect(await api.service.app.get(ConnectionStore).getConnection('gone=' as never)).toBeUndefined();
    expect(api.service.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', msg: 'deliveries failed', failed: 1 }),
    );
  });

  it('asks once for requests with one Idempotency-Key', async () => {
    await using api = await startBackendApi();
    await api.connect('alice=');
    const request = () =>
      api.call('post', '/v1/reconnects').set('Idempotency-Key', 'move').send({ spreadMs: 0 }).expect(200);
    const first = (await request()).body as unknown;
    const second = await request();
    expect(second.body).toEqual(first);
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect(timesOf(api)).toHaveLength(1);
  });

  it.each([
    [{}, 'spreadMs: missing, expected number'],
    [{ spreadMs: -1 }, 'spreadMs: expected at least 0'],
    [{ spreadMs: 7_200_001 }, 'spreadMs: expected at most 7200000'],
    [{ spreadMs: 1.5 }, 'spreadMs: expected int'],
    [{ spreadMs: 0, limit: 1001 }, 'limit: expected at most 1000'],
    [{ spreadMs: 0, after: 'x', connectedBefore: 1 }, 'after: expected `next` of an earlier response'],
    [{ spreadMs: 0, after: '0.c0=' }, 'expected connectedBefore together with after'],
    [{ spreadMs: 0, channel: 'news' }, 'unknown field channel'],
  ])('refuses the body %j', async (body, detail) => {
    await using api = await startBackendApi();
    const response = await api.call('post', '/v1/reconnects').send(body).expect(400);
    expect(response.body).toMatchObject({ code: 'bad_request', detail });
  });

  it('needs an API key', async () => {
    await using api = await startBackendApi();
    await api.connect('alice=');
    await api.call('post', '/v1/reconnects', 'x'.repeat(32)).send({ spreadMs: 0 }).expect(401);
    expect(api.service.endpoint.posts).toEqual([]);
  });
});
