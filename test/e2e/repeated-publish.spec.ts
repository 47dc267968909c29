import { SignJWT } from 'jose';
import { expect, it } from 'vitest';
import { type ChannelName } from '../../src/api/messages.js';
import { deployLocally, LOCAL_STAGE } from '../../src/local/deployment/deploy-locally.js';
import { LogStore } from '../../src/nest/store/log-store.js';
import { startGateway } from '../support/deployed-gateway.js';
import { startService } from '../support/service-app.js';
import { WebSocketClient } from '../support/web-socket-client.js';

/** What a client does whose connection ends before it knows whether its message was published, through the gateway. */
const JWT_SECRET = 'a-secret-of-32-bytes-for-the-test';
const gatewaySecret = 'a-secret-of-32-characters-for-test';
const channel = 'news' as ChannelName;

async function start() {
  await using cleanUp = new AsyncDisposableStack();
  const gateway = await startGateway();
  cleanUp.defer(() => gateway.stop());
  const service = cleanUp.use(
    await startService({
      WS_API_ENDPOINT: `${gateway.url}/${LOCAL_STAGE}`,
      GATEWAY_SECRET: gatewaySecret,
      HOST: '127.0.0.1',
      AUTH: 'jwt',
      JWT_SECRET,
    }),
  );
  await deployLocally({ gatewayUrl: gateway.url, serviceUrl: service.url, gatewaySecret });
  const stop = cleanUp.move();
  const open = async (user: string) => {
    const token = await new SignJWT({ sub: user })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(JWT_SECRET));
    return WebSocketClient.open(`${gateway.url.replace('http', 'ws')}/${LOCAL_STAGE}?token=${token}`);
  };
  return { service, open, [Symbol.asyncDispose]: () => stop.disposeAsync() };
}

async function join(client: WebSocketClient, since?: object): Promise<{ epoch: string; offset: number }> {
  client.send({ action: 'join', channel, since });
  return (await client.next()) as { epoch: string; offset: number };
}

it('publishes once for a client that repeats it on its next connection, and finds what was missed', async () => {
  await using stage = await start();
  using bob = await stage.open('bob');
  const { epoch } = await join(bob);
  const first = await stage.open('alice');
  await join(first);
  const message = { action: 'publish', channel, data: 'hi', key: 'k', id: 1 };
  first.send(message);
  expect(await bob.next()).toMatchObject({ type: 'message', offset: 1, data: 'hi' });
  // the reply is lost with the connection
  first[Symbol.dispose]();

  using second = await stage.open('alice');
  expect(await join(second)).toMatchObject({ offset: 1 });
  second.send(message);
  expect(await second.next()).toMatchObject({ type: 'published', id: 1, epoch, offset: 1, repeated: true });
  // again, and so dropped by its offset
  expect(await bob.next()).toMatchObject({ type: 'message', offset: 1, data: 'hi' });
  expect(await stage.service.app.get(LogStore).readLog(channel, 0, 10)).toHaveLength(1);

  // a message whose delivery to bob is lost: he has up to 1
  await stage.service.app.get(LogStore).append(channel, '{"data":"lost"}', { messages: 10, ageMs: 60_000 });
  bob.send({ action: 'ping', positions: { [channel]: { epoch, offset: 1 } } });
  expect(await bob.next()).toEqual({ type: 'pong', behind: [{ channel, epoch, offset: 2 }] });
  bob.send({ action: 'join', channel, since: { epoch, offset: 1 } });
  expect(await bob.next()).toMatchObject({ type: 'message', offset: 2, data: 'lost' });
  expect(await bob.next()).toMatchObject({ type: 'joined', recovered: true, replayed: 1 });
});
