import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, test } from 'node:test';
import { startGateway } from 'backchannel-gateway';
import { createChat } from './chat.js';

let chat;
let gateway;

before(async () => {
  chat = createChat(() => gateway.managementEndpoint('dev')).listen(0, '127.0.0.1');
  await once(chat, 'listening');
  gateway = await startGateway({
    template: new URL('template.yaml', import.meta.url),
    targets: { chat },
  });
});
afterEach(() => gateway.reset());
after(async () => {
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
  assert.deepEqual(JSON.parse(data), { action: 'say', text: 'hello' });
});

test('a client that is idle for 10 minutes is disconnected, and the backend is notified', async () => {
  const client = await connect();
  const closed = once(client, 'close');
  gateway.clock.advance('10m');
  const [{ code }] = await closed;
  assert.equal(code, 1001);
  const { outcome } = await gateway.waitFor({ type: 'close' });
  assert.equal(outcome.status, 200);
});

test('a message that API Gateway throttles is not delivered', async () => {
  const client = await connect();
  gateway.faults.set({ throttle: { rate: 1 } });
  client.send('{"action":"say","text":"hello"}');
  const { outcome } = await gateway.waitFor({ type: 'callback' });
  assert.equal(outcome.status, 429);
});
