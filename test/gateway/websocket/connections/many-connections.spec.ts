import { queryObjects } from 'node:v8';
import { expect, it } from 'vitest';
import { ClockTimer } from '../../../../src/gateway/clock.js';
import { GatewayWebSocket } from '../../../../src/gateway/websocket/connections/gateway-web-socket.js';
import { LiveConnection } from '../../../../src/gateway/websocket/connections/live-connection.js';
import { AdminClient } from '../../../support/admin-client.js';
import { DeployedGateway } from '../../../support/deployed-gateway.js';
import { frame, OPCODES, RawWebSocket } from '../../../support/raw-web-socket.js';

const CONNECTIONS = 300;

/** How many are in memory, after a garbage collection; that takes up to a second. */
const countInMemory = (type: new (...parameters: never[]) => object) =>
  queryObjects(type, { format: 'count' });

const inMemory = () => ({
  timers: countInMemory(ClockTimer),
  connections: countInMemory(LiveConnection),
  webSockets: countInMemory(GatewayWebSocket),
});

const countOpenSockets = () =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

it('300 idle connections leave nothing behind when they are closed', async () => {
  await using gateway = await DeployedGateway.start({ $default: {} });
  const admin = new AdminClient(gateway.gateway.url);
  await admin.get('health');
  const before = inMemory();
  const openSocketsBefore = countOpenSockets();

  let clients: RawWebSocket[] = [];
  for (let batch = 0; batch < CONNECTIONS; batch += 100) {
    const opening = Array.from({ length: 100 }, () => RawWebSocket.open(gateway.webSocketUrl));
    clients.push(...(await Promise.all(opening)));
    // the account's limit is 500 new connections a second
    await admin.advanceClock('1s');
  }
  expect(countInMemory(LiveConnection)).toBe(before.connections + CONNECTIONS);

  await admin.advanceClock('10m');
  await Promise.all(
    clients.map(async (client) => {
      const { code } = await client.nextClose();
      client.write(frame(OPCODES.close, [code >> 8, code & 0xff]));
      await client.ended;
    }),
  );
  clients = [];
  await expect.poll(countOpenSockets).toBe(openSocketsBefore);
  await expect.poll(inMemory, { interval: 500 }).toEqual(before);
});
