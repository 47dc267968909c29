import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LocalPrograms } from '../support/local-programs.js';
import { TokenIssuer } from '../support/token-issuer.js';
import { refusedHandshake, type WebSocketClient } from '../support/web-socket-client.js';

/** Who a client is, from its handshake on: gateway and service as processes of their own, with an issuer of tokens. */
let issuer: TokenIssuer;
let programs: LocalPrograms;

beforeEach(async () => {
  issuer = await TokenIssuer.start();
  programs = await LocalPrograms.start({ settings: issuer.settings });
});

afterEach(async () => {
  await programs[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

const url = (token?: string) => programs.url(token);

const openAs = async (user: string) => programs.open(await issuer.token({ sub: user }));

const joinChannel = async (client: WebSocketClient, channel: string) => {
  client.send({ action: 'join', channel });
  expect(await client.next()).toMatchObject({ type: 'joined', channel });
};

it('lets in who has a token in the URL, and tells others who published', async () => {
  using alice = await openAs('alice');
  using bob = await openAs('bob');
  await joinChannel(alice, 'news');
  await joinChannel(bob, 'news');
  alice.send({ action: 'publish', channel: 'news', data: 'hello' });
  for (const client of [alice, bob]) {
    expect(await client.next()).toMatchObject({ type: 'message', data: 'hello', user: 'alice' });
  }
  expect(await alice.next()).toMatchObject({ type: 'published' });
});

it('lets in who has a token in a sub-protocol, and names the other one back', async () => {
  const protocols = ['backchannel', `token.${await issuer.token({ sub: 'alice' })}`];
  using alice = await programs.open(undefined, { protocols });
  expect(alice.socket.protocol).toBe('backchannel');
  await joinChannel(alice, 'news');
  alice.send({ action: 'presence', channel: 'news' });
  expect(await alice.next()).toMatchObject({ data: { members: [{ userId: 'alice' }] } });
});

it('refuses everybody else before the 101', async () => {
  const expired = await issuer.token({ exp: 1 });
  expect(await refusedHandshake(url())).toMatchObject({ status: 401 });
  expect(await refusedHandshake(url(expired))).toMatchObject({ status: 401 });
  expect(await refusedHandshake(url(await issuer.token({ sub: '' })))).toMatchObject({ status: 403 });
  expect(await refusedHandshake(url(), { protocols: ['backchannel', `token.${expired}`] })).toMatchObject({
    status: 401,
  });
  expect(programs.service.stdout.join()).not.toContain(expired.split('.')[2]);
});

it('still knows who is who after a SIGKILL of the service', async () => {
  using alice = await openAs('alice');
  using bob = await openAs('bob');
  await joinChannel(alice, 'news');
  await programs.service.kill('SIGKILL');
  await programs.startService(issuer.settings);
  // alice may be told that the answer to her message was lost, bob has sent none yet
  await joinChannel(bob, 'news');
  bob.send({ action: 'presence', channel: 'news' });
  const presence = (await bob.next()) as { data: { members: { userId: string }[] } };
  expect(presence.data.members.map(({ userId }) => userId).toSorted()).toEqual(['alice', 'bob']);
});

it('tells a connection that its store has lost to connect again', async () => {
  using alice = await openAs('alice');
  await programs.service.kill('SIGTERM');
  await rm(programs.dataDir, { recursive: true });
  await programs.startService(issuer.settings);
  alice.send({ action: 'join', channel: 'news', id: 1 });
  expect(await alice.next()).toMatchObject({ type: 'error', id: 1, code: 'unknown_connection' });
});

it('passes on nobody that a client claims to be, without an authorizer', async () => {
  await programs.service.kill('SIGTERM');
  await programs.startService({ AUTH: 'authorizer' });
  expect(await refusedHandshake(url(), { headers: { UserId: 'root' } })).toMatchObject({ status: 401 });
});
