import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type INestApplication, Injectable, Module } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { SignJWT } from 'jose';
import { expect, it, onTestFinished } from 'vitest';
import {
  BackchannelModule,
  type BackchannelOptions,
  Caller,
  Connections,
  Message,
  OnMessage,
  RawMessage,
} from '../../../src/nest/index.js';
import { createTestClient, HandshakeRefusedError, NoMessageError } from '../../../src/nest/testing/index.js';

@Injectable()
class Chat {
  constructor(private readonly connections: Connections) {}

  @OnMessage('say')
  say(@Message() { text }: { readonly text: string }, @Caller() { connectionId, userId }: Caller) {
    return { type: 'said', text, by: userId ?? connectionId };
  }

  @OnMessage('kick')
  async kick(@Message() { who }: { readonly who: string }) {
    return { type: 'kicked', was: await this.connections.disconnect(who) };
  }

  @OnMessage('list')
  async list(@Message() { who }: { readonly who: string }) {
    const found = await this.connections.get(who);
    return { type: 'found', isOpen: found !== undefined };
  }

  @OnMessage()
  other(@RawMessage() text: string) {
    return `unknown: ${text}`;
  }
}

@Module({ providers: [Chat] })
class ChatModule {}

/** Not initialized, without AWS credentials, and with an endpoint on AWS. */
async function application(options: Partial<BackchannelOptions> = {}): Promise<INestApplication> {
  const dataDir = await mkdtemp(join(tmpdir(), 'backchannel-'));
  const settings: BackchannelOptions = {
    wsApiEndpoint: 'https://abcdef1234.execute-api.eu-central-1.amazonaws.com/prod',
    gatewaySecret: 'a-secret-of-this-test-with-32-characters',
    logLevel: 'silent',
    path: '/ws',
    store: { kind: 'embedded', dataDir },
    ...options,
  };
  const testing = await Test.createTestingModule({
    imports: [BackchannelModule.forRoot(settings), ChatModule],
  }).compile();
  const app = testing.createNestApplication(new FastifyAdapter());
  onTestFinished(async () => {
    await app.close();
    await rm(dataDir, { recursive: true });
  });
  return app;
}

it.each(['callback', 'response'] as const)('receives the reply of a handler by %s', async (replies) => {
  const client = await createTestClient(await application({ replies })).connect();
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
  const client = createTestClient(await application({ authentication: { kind: 'authorizer' } }));
  await client.connect({ user: 'Žofie' });
  await client.send({ action: 'say', text: 'hello' });
  expect(await client.next()).toEqual({ type: 'said', text: 'hello', by: 'Žofie' });

  const other = createTestClient(await application());
  await expect(other.connect({ user: 'ann' })).rejects.toThrow(TypeError);
});

it('sends a token as query parameter, which the API maps, or as header', async () => {
  const secret = 'a-secret-for-tokens-with-32-characters';
  const app = await application({ authentication: { kind: 'jwt', secret } });
  const token = await new SignJWT({ sub: 'ann' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(Buffer.from(secret));
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
  const client = createTestClient(await application({ authentication: { kind: 'authorizer' } }));
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
  expect(await ann.next()).toEqual({ type: 'kicked', was: 'disconnected' });
  expect(await bob.closed()).toEqual({ code: 1000, reason: 'Connection Closed Normally' });
  expect(await waiting).toBeInstanceOf(NoMessageError);
  await expect(bob.next()).rejects.toThrow(NoMessageError);
  await expect(bob.send('hello')).rejects.toThrow('the connection is closed');
});

it('is open for the application until it closes its connection, and connects again with another id', async () => {
  const app = await application();
  const [ann, bob] = [await createTestClient(app).connect(), await createTestClient(app).connect()];
  const { connectionId } = bob;
  const isOpen = async () => {
    await ann.send({ action: 'list', who: connectionId });
    return ann.next();
  };
  expect(await isOpen()).toEqual({ type: 'found', isOpen: true });
  expect(await bob.close(4000, 'bye')).toMatchObject({ status: 200 });
  expect(await bob.closed()).toEqual({ code: 4000, reason: 'bye' });
  expect(await isOpen()).toEqual({ type: 'found', isOpen: false });
  await ann.send({ action: 'kick', who: connectionId });
  expect(await ann.next()).toEqual({ type: 'kicked', was: 'gone' });

  expect(await bob.close()).toBeUndefined();
  await bob.connect();
  expect(bob.connectionId).not.toBe(connectionId);
});

it('is closed with its application, without a $disconnect', async () => {
  const app = await application();
  const client = await createTestClient(app).connect();
  const waiting = client.next().catch((error: unknown) => error);
  await app.close();
  expect(await waiting).toBeInstanceOf(NoMessageError);
  expect(await client.closed()).toMatchObject({ code: 1001 });
  expect(await client.close()).toBeUndefined();
});

it('says what is missing in an application without the module', async () => {
  const testing = await Test.createTestingModule({}).compile();
  const app = testing.createNestApplication(new FastifyAdapter());
  expect(() => createTestClient(app)).toThrow('expected an application that imports BackchannelModule');
});
