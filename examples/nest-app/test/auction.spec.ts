import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { createTestClient, type TestClient } from 'backchannel-nest/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AppModule } from '../src/app.module.js';
import { tokenOf } from './token.js';

let app: NestFastifyApplication;

beforeEach(async () => {
  const testing = await Test.createTestingModule({ imports: [AppModule] }).compile();
  app = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  await app.init();
});
afterEach(() => app.close());

const connect = async (user: string): Promise<TestClient> =>
  createTestClient(app).connect({ query: { token: await tokenOf(user) } });

test('a bid is published to everyone who watches the lot', async () => {
  const [alice, carol] = [await connect('alice'), await connect('carol')];
  for (const client of [alice, carol]) {
    await client.send({ action: 'join', channel: 'lot:1' });
    expect(await client.next()).toMatchObject({ type: 'joined' });
  }
  await alice.send({ action: 'bid', lot: 1, price: 25, id: 'b1' });
  const published = { type: 'message', channel: 'lot:1', data: { event: 'bid', price: 25, bidder: 'alice' } };
  expect(await carol.next()).toMatchObject(published);
  expect(await alice.next()).toMatchObject(published);
  expect(await alice.next()).toEqual({ type: 'leading', lot: 1, title: 'A lamp', price: 25, id: 'b1' });

  const response = await app.inject({ url: '/lots/1' });
  expect(response.json()).toMatchObject({ price: 25, bidder: 'alice' });
});

test('a visitor may watch, and not bid', async () => {
  const carol = await connect('carol');
  await carol.send({ action: 'bid', lot: 1, price: 25 });
  expect(await carol.next()).toMatchObject({ type: 'error', code: 'not_permitted' });
});

test.each([
  ['not a bid', { action: 'bid', lot: 'first' }, 'bad_message'],
  ['too low', { action: 'bid', lot: 2, price: 50 }, 'bad_message'],
  ['of a lot that does not exist', { action: 'bid', lot: 7, price: 50 }, 'bad_message'],
])('a bid is refused that is %s', async (_, bid, code) => {
  const alice = await connect('alice');
  await alice.send(bid);
  expect(await alice.next()).toMatchObject({ type: 'error', code });
});

test('an unknown user cannot connect', async () => {
  await expect(connect('mallory')).rejects.toMatchObject({ name: 'HandshakeRefusedError', status: 403 });
});

test('the auctioneer sells a lot, and everyone who watches it knows', async () => {
  const bob = await connect('bob');
  await bob.send({ action: 'join', channel: 'lot:2' });
  await bob.next();
  const response = await app.inject({ method: 'POST', url: '/lots/2/sale' });
  expect(response.statusCode).toBe(200);
  expect(await bob.next()).toMatchObject({ channel: 'lot:2', data: { event: 'sold', id: 2 } });
});
