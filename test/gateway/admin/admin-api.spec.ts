import { describe, expect, it } from 'vitest';
import { AdminClient } from '../../support/admin-client.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

const startGateway = async () => {
  const gateway = await DeployedGateway.start({ $default: {} });
  return { gateway, admin: new AdminClient(gateway.gateway.url) };
};

it('reports its health, with an id that lasts until the next start', async () => {
  const { gateway, admin } = await startGateway();
  await using _ = gateway;
  const health = await admin.get('health');
  expect(health).toEqual({ status: 'ok', startId: expect.any(String) as string, recordsFromStart: false });
  expect(await admin.get('health')).toEqual(health);

  const { gateway: nextGateway, admin: nextAdmin } = await startGateway();
  await using stack = new AsyncDisposableStack();
  stack.use(nextGateway);
  expect(await nextAdmin.get('health')).not.toEqual(health);
});

it.each([
  ['faults', 'PUT', (deep: string) => deep],
  ['faults', 'PUT', (deep: string) => `{"throttle":${deep}}`],
  ['clock', 'POST', (deep: string) => `{"advance":${deep}}`],
])('responds with 400 to a body nested 30,000 deep: %s', async (resource, method, body) => {
  const { gateway } = await startGateway();
  await using _ = gateway;
  const response = await fetch(`${gateway.gateway.url}/_gateway/${resource}`, {
    method: method === 'PUT' ? 'PUT' : 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: body(`${'['.repeat(30_000)}${']'.repeat(30_000)}`),
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: 'bad_request' });
});

it('lists the open connections', async () => {
  const { gateway, admin } = await startGateway();
  await using _ = gateway;
  using client = await WebSocketClient.open(gateway.webSocketUrl);
  const { count, items } = (await admin.get('connections')) as {
    count: number;
    items: Record<string, string>[];
  };
  expect(count).toBe(1);
  expect(items).toEqual([
    {
      connectionId: expect.stringMatching(/^[\w-]{18}==$/) as string,
      apiId: gateway.apiId,
      stage: 'dev',
      connectedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      lastActiveAt: items[0]?.connectedAt,
      state: 'open',
      sourceIp: '127.0.0.1',
    },
  ]);
  const { ConnectedAt } = await gateway.getConnection(items[0]?.connectionId ?? '');
  expect(ConnectedAt?.toISOString()).toBe(items[0]?.connectedAt);

  await client.close();
  await expect.poll(() => admin.get('connections')).toEqual({ count: 0, items: [] });
});

it('closes a connection', async () => {
  const { gateway, admin } = await startGateway();
  await using _ = gateway;
  using client = await WebSocketClient.open(gateway.webSocketUrl);
  const { items } = (await admin.get('connections')) as { items: { connectionId: string }[] };
  const path = `connections/${encodeURIComponent(items[0]?.connectionId ?? '')}`;
  expect(await admin.request('DELETE', path)).toMatchObject({
    status: 200,
    body: { ...items[0], state: 'closing' },
  });
  expect(await client.closed).toEqual({ code: 1000, reason: 'Connection Closed Normally' });
  expect(await admin.request('DELETE', path)).toMatchObject({ status: 404, body: { code: 'not_found' } });
});

it('sends a message to a client, and records it as a post', async () => {
  const { gateway, admin } = await startGateway();
  await using _ = gateway;
  await admin.get('events');
  using client = await WebSocketClient.open(gateway.webSocketUrl);
  const { items } = (await admin.get('connections')) as { items: { connectionId: string }[] };
  const path = `connections/${encodeURIComponent(items[0]?.connectionId ?? '')}`;
  expect(await admin.request('POST', path, { message: 'Grüße' })).toMatchObject({
    status: 200,
    body: { connectionId: items[0]?.connectionId },
  });
  expect(await client.nextText()).toBe('Grüße');
  expect(await admin.get('events?type=callback')).toMatchObject({
    items: [
      {
        connectionId: items[0]?.connectionId,
        outcome: { result: 'done' },
        steps: [{}, { step: 'client_frame' }],
      },
    ],
  });
  expect(await admin.request('POST', path, { text: '' })).toMatchObject({ status: 400 });
  await client.close();
  expect(await admin.request('POST', path, { message: '' })).toMatchObject({
    status: 404,
    body: { code: 'not_found' },
  });
});

describe('the clock', () => {
  it.each([
    [{ advanceMs: 1500 }, 1_500],
    [{ advance: '250ms' }, 250],
    [{ advance: '90s' }, 90_000],
    [{ advance: '10m' }, 600_000],
    [{ advance: '2h' }, 7_200_000],
    [{ advance: '30d' }, 30 * 86_400_000],
  ])('is moved by %j', async (body, ms) => {
    const { gateway, admin } = await startGateway();
    await using _ = gateway;
    const before = Date.now();
    const moved = (await admin.request('POST', 'clock', body)).body as { now: string };
    expect(Date.parse(moved.now) - before - ms).toBeGreaterThanOrEqual(0);
    expect(Date.parse(moved.now) - Date.now() - ms).toBeLessThanOrEqual(0);
    const { now } = (await admin.get('clock')) as { now: string };
    expect(Date.parse(now)).toBeGreaterThanOrEqual(Date.parse(moved.now));
  });
});

describe('the faults', () => {
  it('are none before PUT and after DELETE', async () => {
    const { gateway, admin } = await startGateway();
    await using _ = gateway;
    expect(await admin.get('faults')).toEqual({});
    const faults = { seed: 1, throttle: { rate: 0.5 }, disconnect: 'drop', vpcLinkDown: ['*'] };
    expect(await admin.setFaults(faults)).toEqual(faults);
    expect(await admin.get('faults')).toEqual(faults);
    expect(await admin.setFaults({ disconnect: null, seed: 1 })).toEqual({ disconnect: null, seed: 1 });
    expect((await admin.request('DELETE', 'faults')).body).toEqual({});
    expect(await admin.get('faults')).toEqual({});
  });

  it('have the picked seed', async () => {
    const { gateway, admin } = await startGateway();
    await using _ = gateway;
    expect(await admin.setFaults({})).toEqual({ seed: expect.any(Number) as number });
  });
});

describe('a request that is not valid', () => {
  it.each([
    ['PUT', 'faults', { throttle: { rate: 2 } }, 'throttle.rate must be a number from 0 to 1, not 2'],
    ['PUT', 'faults', { throttle: 0.5 }, 'throttle must be an object such as {"rate": 0.1}, not 0.5'],
    ['PUT', 'faults', { throttle: {} }, 'throttle.rate must be a number from 0 to 1, not left out'],
    [
      'PUT',
      'faults',
      { latencyMs: { callback: 1.5 } },
      'latencyMs.callback must be a whole number from 0 to 29000, not 1.5',
    ],
    [
      'PUT',
      'faults',
      { latency: {} },
      'the body has no field latency: it may have seed, throttle, latencyMs, disconnect, vpcLinkDown, integrationFailure',
    ],
    ['PUT', 'faults', { disconnect: 'never' }, 'disconnect must be "drop", "duplicate" or null, not "never"'],
    ['PUT', 'faults', { vpcLinkDown: [1] }, 'vpcLinkDown.0 must be a list of VPC link ids'],
    [
      'PUT',
      'faults',
      { seed: -1, disconnect: 1 },
      'seed must be a whole number from 0 to 4294967295, not -1; disconnect must be',
    ],
    ['PUT', 'faults', [], 'the body must be an object such as {"throttle": {"rate": 0.1}}, not a list'],
    ['PUT', 'faults', '{', 'the body must be JSON'],
    ['POST', 'clock', {}, 'the body must be an object with one of two fields'],
    ['POST', 'clock', { advanceMs: 1, advance: '1s' }, 'the body must be an object with one of two fields'],
    [
      'POST',
      'clock',
      { advanceMs: -1 },
      'advanceMs must be a whole number of milliseconds from 0 to 2592000000',
    ],
    [
      'POST',
      'clock',
      { advance: '2 hours' },
      'advance must be a number with the unit ms, s, m, h or d, at most 30 days, such as "2h" or "10m", not "2 hours"',
    ],
    ['POST', 'clock', { advance: '31d' }, 'advance must be a number with the unit'],
  ])('has a problem that names the field: %s %s %j', async (method, path, body, detail) => {
    const { gateway, admin } = await startGateway();
    await using _ = gateway;
    const response = await admin.request(method, path, body);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.body).toEqual({
      title: 'The request is not valid',
      status: 400,
      code: 'bad_request',
      detail: expect.stringContaining(detail) as string,
    });
    expect(await admin.get('faults')).toEqual({});
  });

  it('gets 404 for an unknown path, 405 and the allowed methods for an unknown method', async () => {
    const { gateway, admin } = await startGateway();
    await using _ = gateway;
    expect(await admin.request('GET', 'toString')).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
    const { status, headers, body } = await admin.request('PATCH', 'clock', {});
    expect({ status, body }).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
    expect(headers.get('allow')).toBe('GET, POST');
  });

  it('gets 413 for a body over 64 KB', async () => {
    const { gateway, admin } = await startGateway();
    await using _ = gateway;
    const response = await admin.request('PUT', 'faults', ' '.repeat(64 * 1024 + 1));
    expect(response).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
  });
});
