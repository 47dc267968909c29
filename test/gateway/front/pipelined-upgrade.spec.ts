import { expect, it } from 'vitest';
import { AdminClient } from '../../support/admin-client.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { LogLines } from '../../support/log-lines.js';
import { RawConnection } from '../../support/raw-connection.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

const HANDSHAKE =
  'GET /dev HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

it('refuses an upgrade behind requests that have no response yet, and sends their responses first', async () => {
  const logLines = new LogLines();
  await using gateway = await DeployedGateway.start({ $default: {} }, { log: logLines.log });
  const { url } = gateway.gateway;
  using _ = await WebSocketClient.open(gateway.webSocketUrl);
  const admin = new AdminClient(url);
  const { items } = (await admin.get('connections')) as { items: { connectionId: string }[] };
  const path = `/dev/@connections/${encodeURIComponent(items[0]?.connectionId ?? '')}`;
  await admin.setFaults({ latencyMs: { callback: 50 } });

  using connection = await RawConnection.open(url);
  const get = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  connection.write(`${get}${get}${HANDSHAKE}`);
  expect((await connection.response()).status).toBe(200);
  expect((await connection.response()).status).toBe(200);
  const refused = await connection.response();
  expect(refused.status).toBe(400);
  expect(refused.headers.connection).toBe('close');
  await connection.closed;
  expect(connection.received).toBe('');
  expect(await logLines.next('handshake refused')).toMatchObject({ status: 400, path: '/dev' });
});

it('accepts an upgrade on a connection whose earlier request has its response', async () => {
  await using gateway = await DeployedGateway.start({ $default: {} });
  using connection = await RawConnection.open(gateway.gateway.url);
  connection.write('GET /_gateway/health HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect((await connection.response()).status).toBe(200);
  connection.write(HANDSHAKE);
  expect(await connection.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 101 /);
});
