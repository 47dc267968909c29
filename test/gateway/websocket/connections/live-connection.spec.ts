import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { Clock } from '../../../../src/gateway/clock.js';
import { LIMITS } from '../../../../src/gateway/limits.js';
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
  const connection = new LiveConnection(facts, socket, clock);

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
