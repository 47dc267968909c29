import { once } from 'node:events';
import { startGateway } from 'backchannel-gateway';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createChat } from './chat.js';

let chat;
let gateway;

beforeAll(async () => {
  chat = createChat(() => gateway.managementEndpoint('dev')).listen(0, '127.0.0.1');
  await once(chat, 'listening');
  gateway = await startGateway({
    template: new URL('template.yaml', import.meta.url),
    targets: { chat },
  });
});
afterEach(() => gateway.reset());
afterAll(async () => {
  await gateway.close();
  chat.close();
});

async function connect() {
  const client = new WebSocket(gateway.webSocketUrl('dev'));
  await new Promise((resolve, reject) => {
    client.onopen = resolve;
    client.onerror = () => reject(new Error('the handshake failed'));
  });
  return client;
}

test('a message reaches every member', async () => {
  const [ann, bob] = [await connect(), await connect()];
  const received = once(bob, 'message');
  ann.send('{"action":"say","text":"hello"}');
  const [{ data }] = await received;
  expect(JSON.parse(data)).toEqual({ action: 'say', text: 'hello' });
});

test('a client that is idle for 10 minutes is disconnected, and the backend is notified', async () => {
  const client = await connect();
  const closed = once(client, 'close');
  gateway.clock.advance('10m');
  const [{ code }] = await closed;
  expect(code).toBe(1001);
  const { outcome } = await gateway.waitFor({ type: 'close' });
  expect(outcome.status).toBe(200);
});

test('a message that API Gateway throttles is not delivered', async () => {
  const client = await connect();
  gateway.faults.set({ throttle: { rate: 1 } });
  client.send('{"action":"say","text":"hello"}');
  const { outcome } = await gateway.waitFor({ type: 'callback' });
  expect(outcome.status).toBe(429);
});
