import { describe, expect, it } from 'vitest';
import { AdminClient } from '../../support/admin-client.js';
import { CONNECTION_ID } from '../../support/deployed-api.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { HttpBackend } from '../../support/http-backend.js';
import { refusedHandshake, WebSocketClient } from '../../support/web-socket-client.js';

const LINK_ARN = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/nlb/0123456789abcdef';

/** A gateway with a backend, and a client with its connection id. */
async function connected() {
  await using stack = new AsyncDisposableStack();
  const backend = stack.use(await HttpBackend.start());
  const integration = { IntegrationUri: backend.url, RequestParameters: CONNECTION_ID };
  const gateway = stack.use(await DeployedGateway.start({ $default: { integration } }));
  const client = stack.use(await WebSocketClient.open(gateway.webSocketUrl));
  client.send('who am I');
  const connectionId = (await backend.next()).headers.connectionid as string;
  const endpoint = `${gateway.gateway.url}/dev/@connections/${encodeURIComponent(connectionId)}`;
  const kept = stack.move();
  return {
    backend,
    gateway,
    client,
    admin: new AdminClient(gateway.gateway.url),
    call: async (method: string) => fetch(endpoint, { method, ...(method === 'POST' && { body: 'hello' }) }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

describe('throttle', () => {
  it.each(['POST', 'GET', 'DELETE'])('responds to %s of @connections with 429', async (method) => {
    await using at = await connected();
    await at.admin.setFaults({ throttle: { rate: 1 } });
    const response = await at.call(method);
    expect(response.status).toBe(429);
    expect(response.headers.get('x-amzn-errortype')).toBe('LimitExceededException');
    expect(at.client.unexpected).toEqual([]);
    expect(at.client.socket.readyState).toBe(at.client.socket.OPEN);

    await at.admin.request('DELETE', 'faults');
    expect((await at.call('POST')).status).toBe(200);
    expect(await at.client.nextText()).toBe('hello');
  });

  it('throttles the same requests with the same seed', async () => {
    await using at = await connected();
    const statuses = async () => {
      await at.admin.setFaults({ seed: 7, throttle: { rate: 0.5 } });
      const results = [];
      for (let call = 0; call < 20; call += 1) results.push((await at.call('GET')).status);
      return results;
    };
    const first = await statuses();
    expect(new Set(first)).toEqual(new Set([200, 429]));
    expect(await statuses()).toEqual(first);
  });
});

describe('latency', () => {
  it('delays the response of @connections', async () => {
    await using at = await connected();
    await at.admin.setFaults({ latencyMs: { callback: 150 } });
    const startedAt = performance.now();
    expect((await at.call('POST')).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(145);
  });

  it('of an integration counts towards its timeout', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start({
      $default: { integration: { IntegrationUri: backend.url, TimeoutInMillis: 100 } },
    });
    const admin = new AdminClient(gateway.gateway.url);
    await admin.setFaults({ latencyMs: { integration: 29_000 } });
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send('hello');
    expect(await client.next()).toMatchObject({ message: 'Endpoint request timed out' });
    expect(backend.unexpected).toEqual([]);

    await admin.setFaults({ latencyMs: { integration: 20 } });
    client.send('again');
    expect((await backend.next()).body).toBe('again');
  });
});

describe('an integration', () => {
  it('fails only through the VPC link that is down', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start({ $connect: {} });
    const ids: string[] = [];
    for (const action of ['one', 'two']) {
      const ConnectionId = await gateway.createVpcLink(LINK_ARN);
      ids.push(ConnectionId);
      await gateway.createRoute(action, {
        integration: { IntegrationUri: `${backend.url}/${action}`, ConnectionType: 'VPC_LINK', ConnectionId },
      });
    }
    await gateway.deploy();
    await new AdminClient(gateway.gateway.url).setFaults({ vpcLinkDown: [ids[0]] });
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send({ action: 'one' });
    expect(await client.next()).toMatchObject({ message: 'Internal server error' });
    client.send({ action: 'two' });
    expect((await backend.next()).url).toBe('/two');
  });

  it('fails as if its target did not listen', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start({
      $connect: { integration: { IntegrationUri: backend.url } },
    });
    await new AdminClient(gateway.gateway.url).setFaults({ integrationFailure: { rate: 1 } });
    expect(await refusedHandshake(gateway.webSocketUrl)).toMatchObject({ status: 502 });
    expect(backend.unexpected).toEqual([]);
  });
});
