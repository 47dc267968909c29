import { once } from 'node:events';
import { DeleteConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { type AccountLimits } from '../../../../src/gateway/throttle.js';
import { CONNECTION_ID } from '../../../support/deployed-api.js';
import { DeployedGateway } from '../../../support/deployed-gateway.js';
import { HttpBackend, type Received } from '../../../support/http-backend.js';
import { frame, OPCODES, RawWebSocket } from '../../../support/raw-web-socket.js';
import { WebSocketClient } from '../../../support/web-socket-client.js';

const KB = 1024;
const { text, continuation, ping, pong, close } = OPCODES;

/** One message of 128 KB in four frames. */
const LARGEST = Buffer.concat(
  [0, 1, 2, 3].map((index) =>
    frame(index === 0 ? text : continuation, 'a'.repeat(32 * KB), { isFinal: index === 3 }),
  ),
);
/** 4 MB. */
const LARGEST_IN_FLIGHT = 32;

const to = (backend: HttpBackend, path: string) => ({
  IntegrationUri: `${backend.url}${path}`,
  RequestParameters: { ...CONNECTION_ID, 'integration.request.header.Code': 'context.disconnectStatusCode' },
});

/** A gateway whose backend responds to messages only once it is released, and one client. */
async function started(quotas: Partial<AccountLimits> = {}) {
  await using stack = new AsyncDisposableStack();
  const backend = stack.use(await HttpBackend.start());
  const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
  backend.answer = async ({ url }) => {
    if (url === '/slow') await released;
    return { status: 200 };
  };
  const gateway = stack.use(
    await DeployedGateway.start(
      {
        $default: { integration: to(backend, '/slow') },
        quick: { integration: to(backend, '/quick') },
        $disconnect: { integration: to(backend, '/disconnect') },
      },
      { quotas },
    ),
  );
  const client = stack.use(await RawWebSocket.open(gateway.webSocketUrl));
  const kept = stack.move();
  return { backend, gateway, client, release, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** A client that has sent 100 messages of 128 KB, of which the gateway has read as many as it keeps in flight. */
async function paused() {
  const at = await started();
  for (let sent = 0; sent < 100; sent += 1) at.client.socket.write(LARGEST);
  const first = await at.backend.next();
  for (let received = 1; received < LARGEST_IN_FLIGHT; received += 1) await at.backend.next();
  return { ...at, connectionId: first.headers.connectionid as string };
}

/** Shows that another connection is served, and that the gateway has had the time to read more of the first one. */
async function serveAnother({ gateway, backend }: Awaited<ReturnType<typeof started>>): Promise<void> {
  using other = await WebSocketClient.open(gateway.webSocketUrl);
  for (let sent = 0; sent < 10; sent += 1) {
    other.send('{"action":"quick"}');
    expect((await backend.next()).url).toBe('/quick');
  }
  other.socket.close();
  expect((await backend.next()).url).toBe('/disconnect');
}

/** The next request that is not one of the client's messages. */
async function afterSlow(backend: HttpBackend): Promise<Received> {
  const next = await backend.next();
  return next.url === '/slow' ? afterSlow(backend) : next;
}

it('a socket with 4 MB of messages in flight is not read until the backend responds', async () => {
  await using at = await paused();
  await serveAnother(at);
  expect(at.backend.unexpected).toEqual([]);

  at.release(undefined);
  for (let received = LARGEST_IN_FLIGHT; received < 100; received += 1) {
    const { url, body } = await at.backend.next();
    expect([url, body.length]).toEqual(['/slow', 128 * KB]);
  }
  at.client.write(frame(ping, 'still read'));
  expect(await at.client.next()).toMatchObject({ opcode: pong, payload: Buffer.from('still read') });
  expect(at.backend.unexpected).toEqual([]);
});

it('a socket with 1,000 messages in flight is not read', async () => {
  // any message beyond the burst gets an error frame
  await using at = await started({ requestBurst: 1_500, requestsPerSecond: 0.001 });
  at.client.write(...Array.from({ length: 3_000 }, () => frame(text, 'a')));
  const { headers } = await at.backend.next();
  await at.gateway.post(headers.connectionid as string, 'posted');
  expect((await at.client.next()).payload.toString()).toBe('posted');
  at.release(undefined);
});

it('a paused connection is closed by DELETE, with the closing handshake', async () => {
  await using at = await paused();
  await at.gateway.management.send(new DeleteConnectionCommand({ ConnectionId: at.connectionId }));
  expect(await at.client.nextClose()).toEqual({ code: 1000, reason: 'Connection Closed Normally' });
  // behind all the messages that the gateway has not read
  at.client.write(frame(close, [1000 >> 8, 1000 & 0xff]));
  await at.client.ended;
  const { url, headers } = await afterSlow(at.backend);
  expect([url, headers.code]).toEqual(['/disconnect', '1000']);
});

it('a client that leaves while its connection is paused is noticed once the backend responds', async () => {
  await using at = await paused();
  const closed = once(at.client.socket, 'close');
  at.client.socket.resetAndDestroy();
  await closed;
  at.release(undefined);
  const { url, headers } = await afterSlow(at.backend);
  expect([url, headers.code]).toEqual(['/disconnect', '1006']);
});

it('messages in one chunk with the close frame are served before $disconnect, also beyond the bound', async () => {
  await using at = await started();
  at.client.write(
    ...Array.from({ length: 1_100 }, () => frame(text, 'a')),
    frame(close, [1000 >> 8, 1000 & 0xff]),
  );
  await at.client.ended;
  at.release(undefined);
  const received = await Promise.all(Array.from({ length: 1_101 }, () => at.backend.next()));
  expect(received.filter(({ url }) => url === '/slow')).toHaveLength(1_100);
});

it('a client that sends many small messages does not keep the gateway from others', async () => {
  const served: unknown[] = [];
  const write = (line: string) => {
    const { msg, connectionId } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    if (msg === 'error frame sent') served.push(connectionId);
  };
  await using gateway = await DeployedGateway.start(
    { $default: {} },
    {
      quotas: { requestBurst: 1_000_000, requestsPerSecond: 1_000_000 },
      log: pino({ level: 'info' }, { write }),
    },
  );
  using flooding = await RawWebSocket.open(gateway.webSocketUrl);
  using other = await RawWebSocket.open(gateway.webSocketUrl);
  const many = 20_000;
  flooding.socket.write(Buffer.alloc(7 * many, frame(text, 'a')));
  other.write(frame(text, 'a'));
  await other.next();
  for (let received = 0; received < many; received += 1) await flooding.next();

  const [flood] = served;
  expect(served.findIndex((connectionId) => connectionId !== flood)).toBeLessThan(many / 2);
});
