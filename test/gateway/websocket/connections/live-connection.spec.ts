import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { Clock } from '../../../../src/gateway/clock.js';
import { LIMITS } from '../../../../src/gateway/limits.js';
import { ClientBuffers } from '../../../../src/gateway/websocket/connections/client-buffers.js';
import { GatewayWebSocket } from '../../../../src/gateway/websocket/connections/gateway-web-socket.js';
import { LiveConnection } from '../../../../src/gateway/websocket/connections/live-connection.js';
import { RawWebSocket } from '../../../support/raw-web-socket.js';
import { messageEvent } from '../../../support/route-event.js';

it('a client that does not read is sent no more than 10,000 messages, however small, until it reads', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', WebSocket: GatewayWebSocket });
  const accepted = once(server, 'connection') as Promise<[GatewayWebSocket]>;
  await once(server, 'listening');
  using client = await RawWebSocket.open(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [socket] = await accepted;
  const clock = new Clock();
  const facts = { ...messageEvent('').connection, connectedAt: clock.now() };
  const connection = new LiveConnection(facts, socket, clock, new ClientBuffers());

  client.socket.pause();
  // fills the operating system's buffers
  while (socket.bufferedAmount === 0) connection.send('a'.repeat(LIMITS.frameBytes));
  let sent = 0;
  while (sent < 20_000 && connection.send('a')) sent += 1;
  expect(sent).toBeLessThanOrEqual(10_000);
  expect(sent).toBeGreaterThan(9_000);

  client.socket.resume();
  await expect.poll(() => socket.bufferedAmount).toBe(0);
  expect(connection.send('a')).toBe(true);
  connection.ended(1006, '');
  server.close();
});

it('clients that do not read have a share of one bound, which shrinks, and returns when they read or close', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', WebSocket: GatewayWebSocket });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clock = new Clock();
  const maxBytes = 1024 * 1024;
  const buffers = new ClientBuffers(maxBytes);
  const open = async () => {
    const accepted = once(server, 'connection') as Promise<[GatewayWebSocket]>;
    const client = await RawWebSocket.open(`ws://127.0.0.1:${port}`);
    const [socket] = await accepted;
    const facts = { ...messageEvent('').connection, connectedAt: clock.now() };
    return { client, socket, connection: new LiveConnection(facts, socket, clock, buffers) };
  };
  const clients = [await open(), await open(), await open(), await open()] as const;
  const [first, second, third, reader] = clients;
  const fill = ({ client, connection }: typeof first) => {
    client.socket.pause();
    while (connection.send('a'.repeat(LIMITS.frameBytes)));
  };

  for (const slow of [first, second, third]) fill(slow);
  expect(buffers.bytes).toBeGreaterThan(maxBytes / 2);
  expect(buffers.bytes).toBeLessThan(maxBytes + 3 * LIMITS.frameBytes);
  expect(third.socket.bufferedAmount).toBeLessThan(first.socket.bufferedAmount);
  expect(reader.connection.send('a')).toBe(true);

  first.client.socket.resume();
  second.client.socket.resume();
  await expect.poll(() => buffers.bytes).toBe(third.socket.bufferedAmount);
  third.connection.ended(1006, '');
  expect(buffers.bytes).toBe(0);
  for (const { client, connection } of [first, second, reader]) {
    connection.ended(1006, '');
    client.socket.destroy();
  }
  third.client.socket.destroy();
  server.close();
});
