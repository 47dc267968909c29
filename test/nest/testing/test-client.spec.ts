import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Injectable, Module } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SignJWT } from 'jose';
import { expect, it, onTestFinished } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import {
  Caller,
  ConnectionsService,
  createApplication,
  createLogger,
  Message,
  OnMessage,
  RawMessage,
  readConfig,
  type Sender,
} from '../../../src/nest/index.js';
import { createTestClient, HandshakeRefusedError, NoMessageError } from '../../../src/nest/testing/index.js';
import { ConnectionStore } from '../../../src/nest/store/connection-store.js';

@Injectable()
class Chat {
  constructor(private readonly connections: ConnectionsService) {}

  @OnMessage('say')
  say(@Message() { text }: { readonly text: string }, @Caller() { connectionId, userId }: Sender) {
    return { type: 'said', text, by: userId ?? connectionId };
  }

  @OnMessage('kick')
  async kick(@Message() { who }: { readonly who: string }) {
    await this.connections.disconnect(who as ConnectionId);
    return { type: 'kicked' };
  }

  @OnMessage()
  other(@RawMessage() text: string) {
    return `unknown: ${text}`;
  }
}

@Module({ providers: [Chat] })
class ChatModule {}

async function application(settings: NodeJS.ProcessEnv = {}): Promise<NestFastifyApplication> {
  const DATA_DIR = await mkdtemp(join(tmpdir(), 'backchannel-'));
  const config = readConfig({
    WS_API_ENDPOINT: 'http://127.0.0.1:9',
    GATEWAY_SECRET: 'a-secret-of-this-test-with-32-characters',
    LOG_LEVEL: 'silent',
    DATA_DIR,
    ...settings,
  });
  const app = await createApplication(config, createLogger(config), { imports: [ChatModule] });
  onTestFinished(async () => {
    await app.close();
    await rm(DATA_DIR, { recursive: true });
  });
  return app;
}

it.each(['callback', 'response'])('receives the reply of a handler by %s', async (REPLIES) => {
  const client = await createTestClient(await application({ REPLIES })).connect();
  await client.send({ action: 'say', text: 'hello', id: 7 });
  expect(await client.next()).toEqual({ type: 'said', text: 'hello', by: client.connectionId, id: 7 });
  await client.send('not JSON');
  expect(await client.next()).toBe('unknown: not JSON');
});

it('receives what another client publishes to a channel', async () => {
  const app = await application();
  const [ann, bob] = [await createTestClient(app).connect(), await createTestClient(app).connect()];
  for (const client of [ann, bob]) {
    await client.send({ action: 'join', channel: 'news' });
    expect(await client.next()).toMatchObject({ type: 'joined' });
  }
  const received = ann.next();
  await bob.send({ action: 'publish', channel: 'news', data: 'hello' });
  expect(await received).toMatchObject({ type: 'message', channel: 'news', data: 'hello' });
  expect(await bob.next()).toMatchObject({ type: 'message' });
  expect(await bob.next()).toMatchObject({ type: 'published' });
});

it('has the user of an authorizer, and refuses one where no authorizer is asked', async () => {
  const client = createTestClient(await application({ AUTH: 'authorizer' }));
  await client.connect({ user: 'Žofie' });
  await client.send({ action: 'say', text: 'hello' });
  expect(await client.next()).toEqual({ type: 'said', text: 'hello', by: 'Žofie' });

  const other = createTestClient(await application());
  await expect(other.connect({ user: 'ann' })).rejects.toThrow(TypeError);
});

it('sends a token as query parameter, which the API maps, or as header', async () => {
  const JWT_SECRET = 'a-secret-for-tokens-with-32-characters';
  const app = await application({ AUTH: 'jwt', JWT_SECRET });
  const token = await new SignJWT({ sub: 'ann' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(Buffer.from(JWT_SECRET));
  for (const options of [
    { query: { token } },
    { headers: { 'Sec-WebSocket-Protocol': `backchannel, token.${token}` } },
  ]) {
    const client = await createTestClient(app).connect(options);
    await client.send({ action: 'say', text: 'hello' });
    expect(await client.next()).toMatchObject({ by: 'ann' });
  }
});

it('rejects with the status of a refused handshake', async () => {
  const client = createTestClient(await application({ AUTH: 'authorizer' }));
  const refused = await client.connect().catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(HandshakeRefusedError);
  expect(refused).toMatchObject({ status: 401, body: expect.stringContaining('missing_user') });
  await expect(client.send('hello')).rejects.toThrow('call connect() first');
});

it('says what was sent and received when no message comes', async () => {
  const client = await createTestClient(await application()).connect();
  await client.send({ action: 'ping' });
  await client.next();
  const failed = await client.next({ timeoutMs: 10 }).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(NoMessageError);
  expect((failed as Error).message.split('\n')).toEqual([
    'no message in 10 ms; so far:',
    `  connected as ${client.connectionId}`,
    '  sent {"action":"ping"}',
    '  received {"type":"pong"}',
  ]);
});

it('is closed by the application, which is notified of it', async () => {
  const app = await application();
  const [ann, bob] = [await createTestClient(app).connect(), await createTestClient(app).connect()];
  const waiting = bob.next().catch((error: unknown) => error);
  await ann.send({ action: 'kick', who: bob.connectionId });
  expect(await bob.closed()).toEqual({ code: 1000, reason: 'Connection Closed Normally' });
  expect(await waiting).toBeInstanceOf(NoMessageError);
  await expect(bob.next()).rejects.toThrow(NoMessageError);
  await expect(bob.send('hello')).rejects.toThrow('the connection is closed');
  const store = app.get(ConnectionStore, { strict: false });
  expect(await store.getConnection(bob.connectionId as ConnectionId)).toBeUndefined();
  expect(await store.getConnection(ann.connectionId as ConnectionId)).toBeDefined();
});

it('closes its connection with a code, once, and connects again with another id', async () => {
  const app = await application();
  const client = await createTestClient(app).connect();
  const { connectionId } = client;
  expect(await client.close(1000, 'bye')).toMatchObject({ status: 200 });
  expect(await client.closed()).toEqual({ code: 1000, reason: 'bye' });
  expect(await client.close()).toBeUndefined();
  const store = app.get(ConnectionStore, { strict: false });
  expect(await store.getConnection(connectionId as ConnectionId)).toBeUndefined();
  await client.connect();
  expect(client.connectionId).not.toBe(connectionId);
});

it('answers callbacks to a closed connection with 410, so that it is forgotten', async () => {
  const app = await application();
  const [ann, bob] = [await createTestClient(app).connect(), await createTestClient(app).connect()];
  const { connectionId } = bob;
  await bob.close();
  await ann.send({ action: 'kick', who: connectionId });
  expect(await ann.next()).toEqual({ type: 'kicked' });
});
