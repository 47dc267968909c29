import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SignJWT } from 'jose';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { type ConnectionId, type UserId } from '../../src/api/integration.js';
import { deployLocally, LOCAL_STAGE } from '../../src/local/deployment/deploy-locally.js';
import { Store } from '../../src/nest/store/store.js';
import { startGateway } from '../support/deployed-gateway.js';
import { startService, type TestService } from '../support/service-app.js';
import { WebSocketClient } from '../support/web-socket-client.js';

/** Another backend → HTTP → service → `@connections` → gateway → frame. */
const API_KEY = 'a-key-of-32-characters-for-orders';
const JWT_SECRET = 'a-secret-of-32-bytes-for-the-test';
const gatewaySecret = 'a-secret-of-32-characters-for-test';

interface Stage extends AsyncDisposable {
  readonly service: TestService;
  open(user: string): Promise<WebSocketClient>;
}

async function start(): Promise<Stage> {
  const gateway = await startGateway();
  const service = await startService({
    WS_API_ENDPOINT: `${gateway.url}/${LOCAL_STAGE}`,
    GATEWAY_SECRET: gatewaySecret,
    HOST: '127.0.0.1',
    API_KEYS: `orders:${API_KEY}`,
    AUTH: 'jwt',
    JWT_SECRET,
  });
  await deployLocally({ gatewayUrl: gateway.url, serviceUrl: service.url, gatewaySecret });
  return {
    service,
    async open(user) {
      const token = await new SignJWT({ sub: user })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime('1h')
        .sign(new TextEncoder().encode(JWT_SECRET));
      return WebSocketClient.open(`${gateway.url.replace('http', 'ws')}/${LOCAL_STAGE}?token=${token}`);
    },
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await gateway.stop();
    },
  };
}

const joinChannel = async (client: WebSocketClient, channel: string) => {
  client.send({ action: 'join', channel });
  expect(await client.next()).toMatchObject({ type: 'joined', channel });
};

const call = (stage: Stage, method: 'get' | 'post' | 'delete', path: string) =>
  request(stage.service.url)[method](path).set('Authorization', `Bearer ${API_KEY}`);

describe('another backend', () => {
  it('publishes to a channel, and both of its members receive it', async () => {
    await using stage = await start();
    using alice = await stage.open('alice');
    using bob = await stage.open('bob');
    for (const client of [alice, bob]) await joinChannel(client, 'news');
    const { body } = await call(stage, 'post', '/v1/channels/news/messages').send({
      data: { text: 'hello' },
    });
    const { offset } = body as { offset: number };
    for (const client of [alice, bob]) {
      expect(await client.next()).toEqual({
        type: 'message',
        channel: 'news',
        offset,
        data: { text: 'hello' },
      });
    }
  });

  it("sends to all of a user's connections, and to no other", async () => {
    await using stage = await start();
    using one = await stage.open('alice');
    using two = await stage.open('alice');
    using bob = await stage.open('bob');
    const { body } = await call(stage, 'post', '/v1/users/alice/messages').send({ data: 1 });
    expect(body).toEqual({ delivered: 2, gone: 0, failed: 0 });
    for (const client of [one, two]) expect(await client.next()).toEqual({ type: 'message', data: 1 });
    expect(bob.unexpected).toEqual([]);
  });

  it('closes a connection, and then one that has gone', async () => {
    await using stage = await start();
    using alice = await stage.open('alice');
    const { body } = await call(stage, 'get', '/v1/users/alice/connections');
    const [{ connectionId = '' } = {}] = (body as { connections: { connectionId?: string }[] }).connections;
    const path = `/v1/connections/${encodeURIComponent(connectionId)}`;
    expect((await call(stage, 'delete', path)).body).toEqual({ disconnected: 1, gone: 0, failed: 0 });
    expect(await alice.closed).toMatchObject({ code: 1000 });
    expect((await call(stage, 'delete', path)).body).toEqual({ disconnected: 0, gone: 1, failed: 0 });
    await call(stage, 'get', path).expect(404);
  });

  it('moves a client to another connection, on which it misses nothing, and does not ask it again', async () => {
    await using stage = await start();
    using before = await stage.open('alice');
    await joinChannel(before, 'news');
    const publish = (data: number) => call(stage, 'post', '/v1/channels/news/messages').send({ data });
    await publish(1);
    const { offset } = (await before.next()) as { offset: number };
    const { epoch } = (await call(stage, 'get', '/v1/channels/news')).body as { epoch: string };
    const ask = async (body: object) =>
      (await call(stage, 'post', '/v1/reconnects').send({ spreadMs: 0, ...body })).body as {
        connectedBefore: number;
      };
    const { connectedBefore } = await ask({});
    expect(await before.next()).toEqual({ type: 'reconnect', afterMs: 0 });
    await publish(2);
    using after = await stage.open('alice');
    after.send({ action: 'join', channel: 'news', since: { epoch, offset } });
    expect(await after.next()).toMatchObject({ type: 'message', offset: offset + 1, data: 2 });
    expect(await after.next()).toMatchObject({ type: 'joined', recovered: true, replayed: 1 });
    // the old connection is open until the client closes it
    expect(await before.next()).toMatchObject({ type: 'message', offset: offset + 1 });
    before.socket.close();
    await before.closed;
    expect(await ask({ connectedBefore })).toMatchObject({ notified: 0 });
  });

  it("closes all of a user's connections", async () => {
    await using stage = await start();
    using one = await stage.open('alice');
    using two = await stage.open('alice');
    using bob = await stage.open('bob');
    // a connection that was lost without a $disconnect
    const connection = { userId: 'alice' as UserId, connectedAt: Date.now(), expiresAt: Date.now() + 60_000 };
    const store = stage.service.app.get(Store);
    await store.connections.putConnection({
      connectionId: 'Lg5x9cZPoAMCJBQ=' as ConnectionId,
      ...connection,
    });
    const { body } = await call(stage, 'delete', '/v1/users/alice/connections');
    expect(body).toEqual({ disconnected: 2, gone: 1, failed: 0 });
    for (const client of [one, two]) expect(await client.closed).toMatchObject({ code: 1000 });
    bob.send({ action: 'ping' });
    expect(await bob.next()).toEqual({ type: 'pong' });
  });
});

describe('the curl commands of docs/backend-api.md', () => {
  const commands = readFileSync(join(import.meta.dirname, '../../docs/backend-api.md'), 'utf8')
    .replace(/\\\n */g, '')
    .split('\n')
    .filter((line) => line.startsWith('    curl '))
    .map((line) => line.trim());

  it('succeed one after the other', async () => {
    await using stage = await start();
    using alice = await stage.open('alice');
    await joinChannel(alice, 'news');
    const members = (await call(stage, 'get', '/v1/channels/news/members')).body as {
      members: { connectionId: string }[];
    };
    const env = { PATH: process.env['PATH'], API_KEY, CONNECTION_ID: members.members[0]?.connectionId };
    const responses: unknown[] = [];
    for (const command of commands) {
      const here = command.replace('http://127.0.0.1:3000', stage.service.url);
      const { stdout } = await promisify(execFile)('sh', ['-ec', here], { env });
      responses.push(JSON.parse(stdout));
    }
    const published = { epoch: expect.any(String) as string, offset: expect.any(Number) as number };
    const sent = { delivered: 1, gone: 0, failed: 0 };
    const connection = expect.objectContaining({ userId: 'alice' }) as unknown;
    expect(responses).toEqual([
      published,
      { results: [published, published] },
      sent,
      sent,
      { ...published, members: 1 },
      { members: [connection] },
      { ...published, messages: [expect.anything(), expect.anything()] },
      { connections: [connection] },
      connection,
      { connections: 1, channels: 1 },
      { notified: 1, gone: 0, failed: 0, connectedBefore: expect.any(Number) },
      { disconnected: 1, gone: 0, failed: 0 },
      expect.objectContaining({ failed: 0 }),
    ]);
    expect(await alice.closed).toMatchObject({ code: 1000 });
    const received = alice.unexpected.map((text) => JSON.parse(text) as { type: string; data: unknown });
    expect(received.map(({ type, data }) => data ?? type)).toEqual([
      { text: 'hello' },
      'one',
      'for your eyes only',
      'for this window only',
      'reconnect',
    ]);
  });

  it('show every operation', async () => {
    await using stage = await start();
    const { paths } = (await request(stage.service.url).get('/v1/openapi.json')).body as {
      paths: Record<string, Record<string, unknown>>;
    };
    const all = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path.replace(/\{\w+\}/g, '*')}`),
    );
    const shown = commands.map((command) => {
      const [, path = ''] = /:3000([^ "?]+)/.exec(command) ?? [];
      const method = command.includes('-X DELETE') ? 'delete' : command.includes(' -d ') ? 'post' : 'get';
      return `${method} ${path.replace(/(?<=channels\/|users\/|connections\/)[^/]+/, '*')}`;
    });
    expect(shown.toSorted()).toEqual(all.toSorted());
  });
});
