import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { Queue } from '../support/queue.js';
import { ConformingClient } from './conforming-client.ts';
import { History, type Position } from './history.ts';

interface Request {
  readonly action: string;
  readonly id: string;
  readonly channel?: string;
  readonly key?: string;
  readonly since?: Position;
  readonly positions?: Readonly<Record<string, Position>>;
}

/** A service that responds as the test says. */
let server: WebSocketServer;
let client: ConformingClient;
let history: History;
let requests: Queue<Request>;
let sockets: Queue<WebSocket>;

beforeEach(async () => {
  requests = new Queue('a request');
  sockets = new Queue('a connection');
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => requests.push(JSON.parse(data.toString()) as Request));
    sockets.push(socket);
  });
  history = new History();
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = new ConformingClient({ name: 'member', url, history, pingMs: 3_600_000 });
  client.join('news');
  client.start();
});

afterEach(() => {
  client.stop();
  for (const socket of server.clients) socket.terminate();
  server.close();
});

const send = (socket: WebSocket, message: object) => socket.send(JSON.stringify(message));
const message = (offset: number) => ({ type: 'message', channel: 'news', offset, data: { p: `m${offset}` } });
const joined = ({ id }: Request, offset: number, more: object = {}) => ({
  type: 'joined',
  channel: 'news',
  epoch: 'e1',
  offset,
  id,
  ...more,
});

const handled = () =>
  history.events.filter(({ kind }) => kind === 'handled').map((event) => event['offset' as never]);

/** A member that has everything up to offset 5. */
async function joinAt5(): Promise<WebSocket> {
  const socket = await sockets.next();
  send(socket, joined(await requests.next(), 5));
  return socket;
}

/** The connection of a client that was started after the first one was stopped. */
async function nextOpen(): Promise<WebSocket> {
  for (;;) {
    const socket = await sockets.next();
    if (socket.readyState === socket.OPEN) return socket;
  }
}

it('handles messages in order, and drops those that it has', async () => {
  const socket = await joinAt5();
  for (const offset of [6, 6, 5, 7]) send(socket, message(offset));
  await expect.poll(handled).toEqual([6, 7]);
  expect(history.events.filter(({ kind }) => kind === 'dropped')).toHaveLength(2);
});

it('holds back a message that skips an offset, and joins with since if the others do not arrive', async () => {
  const socket = await joinAt5();
  send(socket, message(7));
  const request = await requests.next();
  expect(request).toMatchObject({ action: 'join', since: { epoch: 'e1', offset: 5 } });
  send(socket, message(6));
  send(socket, joined(request, 7, { recovered: true }));
  await expect.poll(handled).toEqual([6, 7]);
});

it('holds back messages that arrive before the first joined', async () => {
  const socket = await sockets.next();
  const request = await requests.next();
  for (const offset of [5, 6]) send(socket, message(offset));
  send(socket, joined(request, 5));
  await expect.poll(handled).toEqual([6]);
});

it('reconnects when its connection ends, and continues where it was', async () => {
  const socket = await joinAt5();
  send(socket, message(6));
  await expect.poll(handled).toEqual([6]);
  socket.close(1001);
  await sockets.next();
  expect(await requests.next()).toMatchObject({ action: 'join', since: { epoch: 'e1', offset: 6 } });
});

it('begins anew when it could not recover', async () => {
  const socket = await joinAt5();
  send(socket, message(1_000_007));
  const request = await requests.next();
  send(socket, joined(request, 1_000_006, { epoch: 'e2', recovered: false }));
  await expect.poll(handled).toEqual([1_000_007]);
  expect(client.position('news')).toEqual({ epoch: 'e2', offset: 1_000_007 });
});

it('joins again when its memberships are lost', async () => {
  const socket = await joinAt5();
  await expect.poll(() => client.joinedChannels).toEqual(['news']);
  send(socket, { type: 'memberships_lost' });
  expect(await requests.next()).toMatchObject({ action: 'join', since: { epoch: 'e1', offset: 5 } });
});

it('joins again after an error', async () => {
  const socket = await sockets.next();
  const { id } = await requests.next();
  send(socket, { type: 'error', id, code: 'unavailable', message: '' });
  expect(await requests.next()).toMatchObject({ action: 'join' });
});

it('reconnects when its connection is unknown', async () => {
  const socket = await sockets.next();
  const { id } = await requests.next();
  send(socket, { type: 'error', id, code: 'unknown_connection', message: '' });
  await sockets.next();
  expect(await requests.next()).toMatchObject({ action: 'join' });
});

it('pings, so that it notices when its memberships are gone', async () => {
  client.stop();
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = new ConformingClient({ name: 'other', url, history, pingMs: 10 });
  client.start();
  await expect.poll(async () => (await requests.next()).action).toBe('ping');
});

it('sends its positions, and joins with since if it is behind and no message follows', async () => {
  client.stop();
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = new ConformingClient({ name: 'other', url, history, pingMs: 50 });
  client.join('news');
  client.start();
  const socket = await nextOpen();
  let positions: Request['positions'];
  let since: Request['since'];
  while (since === undefined) {
    const request = await requests.next();
    if (request.action === 'join') {
      ({ since } = request);
      if (since === undefined) send(socket, joined(request, 5));
    } else if (request.positions?.['news'] !== undefined) {
      ({ positions } = request);
      send(socket, { type: 'pong', id: request.id, behind: [{ channel: 'news', epoch: 'e1', offset: 6 }] });
    }
  }
  expect(positions).toEqual({ news: { epoch: 'e1', offset: 5 } });
  expect(since).toEqual({ epoch: 'e1', offset: 5 });
});

it.each([
  ['published', { type: 'published', epoch: 'e1', offset: 6 }, 'ok'],
  ['an error that says it was not published', { type: 'error', code: 'not_permitted' }, 'failed'],
  ['an error that leaves it open', { type: 'error', code: 'unavailable' }, 'unknown'],
])('publishes with the outcome of %s', async (_, reply, outcome) => {
  const socket = await joinAt5();
  await expect.poll(() => client.joinedChannels).toEqual(['news']);
  const publishing = client.publish('news', 'm6');
  const { id } = await requests.next();
  send(socket, { ...reply, id });
  expect(await publishing).toMatchObject({ outcome });
});

it('leaves only after the reply to a join in flight, which could otherwise overtake the leave', async () => {
  const socket = await joinAt5();
  send(socket, message(7));
  const early = await requests.next();
  const left = client.leave('news', false);
  // not wanted at this moment
  send(socket, message(6));
  send(socket, joined(early, 7, { recovered: true }));
  const leave = await requests.next();
  expect(leave.action).toBe('leave');
  send(socket, { type: 'left', channel: 'news', id: leave.id });
  await left;
  client.join('news');
  const again = await requests.next();
  expect(again).toMatchObject({ action: 'join', since: { epoch: 'e1', offset: 5 } });
  for (const offset of [6, 7]) send(socket, message(offset));
  send(socket, joined(again, 7, { recovered: true }));
  await expect.poll(handled).toEqual([6, 7]);
});
