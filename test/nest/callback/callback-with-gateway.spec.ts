import { expect, it } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { GoneError, ThrottledError } from '../../../src/nest/callback/callback.errors.js';
import { AdminClient } from '../../support/admin-client.js';
import { callbackTo, postToAll } from '../../support/callback.js';
import { CONNECTION_ID } from '../../support/deployed-api.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { HttpBackend } from '../../support/http-backend.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

/** The callback service and a local gateway, with clients whose connection ids are known. */
async function connected(clients: number, settings: NodeJS.ProcessEnv = {}) {
  await using stack = new AsyncDisposableStack();
  const backend = stack.use(await HttpBackend.start());
  const integration = { IntegrationUri: backend.url, RequestParameters: CONNECTION_ID };
  const gateway = stack.use(await DeployedGateway.start({ $default: { integration } }));
  const callback = stack.use(callbackTo(`${gateway.gateway.url}/dev`, settings));
  const members: { readonly client: WebSocketClient; readonly connectionId: ConnectionId }[] = [];
  for (let n = 0; n < clients; n += 1) {
    const client = stack.use(await WebSocketClient.open(gateway.webSocketUrl));
    client.send('which connection am I');
    members.push({ client, connectionId: (await backend.next()).headers.connectionid as ConnectionId });
  }
  const kept = stack.move();
  return {
    callback,
    members,
    ids: members.map(({ connectionId }) => connectionId),
    admin: new AdminClient(gateway.gateway.url),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

it('delivers every message once and in order while the gateway throttles', async () => {
  await using at = await connected(5);
  await at.admin.setFaults({ throttle: { rate: 0.3 }, seed: 11 });
  const numbers = Array.from({ length: 6 }, (_, n) => n);

  const posts = numbers.map((n) =>
    n % 2 === 0
      ? postToAll(at.callback, at.ids, String(n))
      : Promise.all(at.ids.map((connectionId) => at.callback.post(connectionId, String(n)))),
  );
  await Promise.all(posts);

  for (const { client } of at.members) {
    const got: number[] = [];
    for (const _ of numbers) got.push(Number(await client.nextText()));
    expect(got.toSorted((a, b) => a - b)).toEqual(numbers);
    expect(got.filter((n) => n % 2 === 0)).toEqual([0, 2, 4]);
    expect(client.unexpected).toEqual([]);
  }
});

it('rejects with ThrottledError when the throttling outlasts the deadline', async () => {
  await using at = await connected(1, { CALLBACK_DEADLINE_MS: '200' });
  await at.admin.setFaults({ throttle: { rate: 1 } });
  const [id] = at.ids as [ConnectionId];
  await expect(at.callback.post(id, '1')).rejects.toBeInstanceOf(ThrottledError);
  await expect(at.callback.inspect(id)).rejects.toBeInstanceOf(ThrottledError);
  await expect(at.callback.disconnect(id)).rejects.toBeInstanceOf(ThrottledError);
  expect(await postToAll(at.callback, at.ids, '1')).toMatchObject({ throttled: 1 });
});

it('has many posts in flight when the gateway is slow, but one per connection', async () => {
  await using at = await connected(10);
  await at.admin.setFaults({ latencyMs: { callback: 1000 } });
  const startedAt = performance.now();
  await Promise.all([postToAll(at.callback, at.ids, '1'), postToAll(at.callback, at.ids, '2')]);
  const tookMs = performance.now() - startedAt;
  expect(tookMs).toBeGreaterThan(1_990);
  // one after the other, they would take twenty seconds
  expect(tookMs).toBeLessThan(19_900);
});

it('returns when an open connection was opened and last active', async () => {
  await using at = await connected(1);
  const [id] = at.ids as [ConnectionId];
  const { connectedAt, lastActiveAt } = await at.callback.inspect(id);
  expect(Math.abs(Date.now() - connectedAt)).toBeLessThan(60_000);
  expect(lastActiveAt).toBeGreaterThanOrEqual(connectedAt);
});

it('disconnects, and rejects with GoneError for a connection that has left or never existed', async () => {
  await using at = await connected(1);
  const [{ client, connectionId }] = at.members as [(typeof at.members)[number]];
  await at.callback.disconnect(connectionId);
  expect(await client.closed).toMatchObject({ code: 1000 });
  for (const id of [connectionId, 'never=' as ConnectionId]) {
    await expect(at.callback.disconnect(id)).rejects.toBeInstanceOf(GoneError);
    await expect(at.callback.inspect(id)).rejects.toBeInstanceOf(GoneError);
  }
});

it('rejects with GoneError for a client whose socket has dropped', async () => {
  await using at = await connected(2);
  const [dropped] = at.members as [(typeof at.members)[number]];
  dropped.client.socket.terminate();
  await expect
    .poll(() =>
      at.callback.inspect(dropped.connectionId).then(
        () => 'open',
        () => 'gone',
      ),
    )
    .toBe('gone');
  await expect(at.callback.post(dropped.connectionId, '1')).rejects.toBeInstanceOf(GoneError);
});
