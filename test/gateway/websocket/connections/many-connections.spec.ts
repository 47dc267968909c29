import { queryObjects } from 'node:v8';
import { expect, it } from 'vitest';
import { ClockTimer } from '../../../../src/gateway/clock.js';
import { GatewayWebSocket } from '../../../../src/gateway/websocket/connections/gateway-web-socket.js';
import { LiveConnection } from '../../../../src/gateway/websocket/connections/live-connection.js';
import { AdminClient } from '../../../support/admin-client.js';
import { DeployedGateway } from '../../../support/deployed-gateway.js';
import { frame, OPCODES, RawWebSocket } from '../../../support/raw-web-socket.js';

const CONNECTIONS = 300;

/** How many of each are in memory, after a garbage collection. */
const inMemory = () => ({
  timers: queryObjects(ClockTimer, { format: 'count' }),
  connections: queryObjects(LiveConnection, { format: 'count' }),
  webSockets: queryObjects(GatewayWebSocket, { format: 'count' }),
  openSockets: process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length,
});

it('300 idle connections leave nothing behind when they are closed', async () => {
  await using gateway = await DeployedGateway.start({ $default: {} });
  const admin = new AdminClient(gateway.gateway.url);
  await admin.get('health');
  const before = inMemory();

  let clients: RawWebSocket[] = [];
  for (let batch = 0; batch < CONNECTIONS; batch += 100) {
    const opening = Array.from({ length: 100 }, () => RawWebSocket.open(gateway.webSocketUrl));
    clients.push(...(await Promise.all(opening)));
    // the account's limit is 500 new connections a second
    await admin.advanceClock('1s');
  }
  expect(inMemory()).toMatchObject({
    connections: before.connections + CONNECTIONS,
    webSockets: before.webSockets + CONNECTIONS,
  });

  await admin.advanceClock('10m');
  await Promise.all(
    clients.map(async (client) => {
      const { code } = await client.nextClose();
      client.write(frame(OPCODES.close, [code >> 8, code & 0xff]));
      await client.ended;
    }),
  );
  clients = [];
  await expect.poll(inMemory, { timeout: 30_000, interval: 200 }).toEqual(before);
});
