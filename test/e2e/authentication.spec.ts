import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LocalPrograms } from '../support/local-programs.js';
import { TokenIssuer } from '../support/token-issuer.js';
import { refusedHandshake, type WebSocketClient } from '../support/web-socket-client.js';

/**
 * Authentication of clients, from the handshake on: gateway and service as processes of their own, with a token issuer.
 * All tests use the same gateway, each with channels of its own; some restart the service.
 */
let issuer: TokenIssuer;
let programs: LocalPrograms;

beforeAll(async () => {
  issuer = await TokenIssuer.start();
  programs = await LocalPrograms.start({ settings: issuer.settings });
});

afterAll(async () => {
  await programs[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

const url = (token?: string) => programs.url(token);

const openAs = async (user: string) => programs.open(await issuer.token({ sub: user }));

const joinChannel = async (client: WebSocketClient, channel: string) => {
  client.send({ action: 'join', channel });
  expect(await client.next()).toMatchObject({ type: 'joined', channel });
};

it('accepts a token in the URL, and sends the publisher’s user id to members', async () => {
  const channel = 'news';
  using alice = await openAs('alice');
  using bob = await openAs('bob');
  await joinChannel(alice, channel);
  await joinChannel(bob, channel);
  alice.send({ action: 'publish', channel, data: 'hello' });
  for (const client of [alice, bob]) {
    expect(await client.next()).toMatchObject({ type: 'message', data: 'hello', user: 'alice' });
  }
  expect(await alice.next()).toMatchObject({ type: 'published' });
});

it('accepts a token in a sub-protocol, and returns the other sub-protocol', async () => {
  const channel = 'by-sub-protocol';
  const protocols = ['backchannel', `token.${await issuer.token({ sub: 'alice' })}`];
  using alice = await programs.open(undefined, { protocols });
  expect(alice.socket.protocol).toBe('backchannel');
  await joinChannel(alice, channel);
  alice.send({ action: 'presence', channel });
  expect(await alice.next()).toMatchObject({ data: { members: [{ userId: 'alice' }] } });
});

it('refuses every other client before the 101', async () => {
  const expired = await issuer.token({ exp: 1 });
  expect(await refusedHandshake(url())).toMatchObject({ status: 401 });
  expect(await refusedHandshake(url(expired))).toMatchObject({ status: 401 });
  expect(await refusedHandshake(url(await issuer.token({ sub: '' })))).toMatchObject({ status: 403 });
  expect(await refusedHandshake(url(), { protocols: ['backchannel', `token.${expired}`] })).toMatchObject({
    status: 401,
  });
  expect(programs.service.stdout.join()).not.toContain(expired.split('.')[2]);
});

it('keeps the users of connections through a SIGKILL of the service', async () => {
  const channel = 'restart';
  using alice = await openAs('alice');
  using bob = await openAs('bob');
  await joinChannel(alice, channel);
  await programs.service.kill('SIGKILL');
  await programs.startService(issuer.settings);
  // alice may get an error frame for a lost response to her message; bob has sent none yet
  await joinChannel(bob, channel);
  bob.send({ action: 'presence', channel });
  const presence = (await bob.next()) as { data: { members: { userId: string }[] } };
  expect(presence.data.members.map(({ userId }) => userId).toSorted()).toEqual(['alice', 'bob']);
});

it('sends unknown_connection to a connection that its store has lost', async () => {
  using alice = await openAs('alice');
  await programs.service.kill('SIGTERM');
  await rm(programs.dataDir, { recursive: true });
  await programs.startService(issuer.settings);
  alice.send({ action: 'join', channel: 'news', id: 1 });
  expect(await alice.next()).toMatchObject({ type: 'error', id: 1, code: 'unknown_connection' });
});

it('does not accept a user id that a client claims, without an authorizer', async () => {
  await programs.service.kill('SIGTERM');
  await programs.startService({ AUTH: 'authorizer' });
  expect(await refusedHandshake(url(), { headers: { UserId: 'root' } })).toMatchObject({ status: 401 });
});
