import { describe, expect, it } from 'vitest';
import { startGateway } from '../../src/gateway/index.js';
import { HttpBackend } from '../support/http-backend.js';
import { WebSocketClient } from '../support/web-socket-client.js';
import { BOOKS_TEMPLATE, CLOUD_MAP_TEMPLATE, ECHO_TEMPLATE } from './harness-templates.js';

/** A function that returns its event. */
const fn = async (event: unknown) => Promise.resolve({ event });

interface FunctionEvent {
  readonly event: {
    readonly rawPath: string;
    readonly requestContext: { readonly timeEpoch: number; readonly stage: string };
  };
}

const start = async (template = BOOKS_TEMPLATE, targets: Record<string, string[]> = {}) =>
  startGateway({ template, functions: { fn }, targets });

const itemsOf = async (url: string) => ((await (await fetch(url)).json()) as { items: object[] }).items;

const eventOf = async (url: string) => ((await (await fetch(url)).json()) as FunctionEvent).event;

describe('an HTTP API of a gateway in the process', () => {
  it('has its stage $default at the endpoint', async () => {
    await using gateway = await start();
    expect(gateway.url()).toBe(gateway.endpoint);
    expect((await eventOf(`${gateway.url()}/fn/1`)).rawPath).toBe('/fn/1');
  });

  it('has a named stage below its name, which is not that of a WebSocket API', async () => {
    const named = BOOKS_TEMPLATE.replace('StageName: $default', 'StageName: dev');
    await using gateway = await startGateway({
      template: [named, ECHO_TEMPLATE],
      functions: {
        fn,
        echo: async (event: object) => Promise.resolve({ statusCode: 200, body: JSON.stringify(event) }),
      },
    });
    const { rawPath, requestContext } = await eventOf(`${gateway.url('dev')}/fn/1`);
    expect([rawPath, requestContext.stage]).toEqual(['/dev/fn/1', 'dev']);
    expect(gateway.url('dev')).toMatch(/\/_apis\/\w+\/dev$/);
    expect(gateway.webSocketUrl()).toBe(`${gateway.endpoint.replace('http', 'ws')}/dev`);
    using client = await WebSocketClient.open(gateway.webSocketUrl('dev'));
    client.send({ action: 'x' });
    expect(await client.nextText()).toContain('"eventType":"MESSAGE"');
  });

  it('uses several addresses of a target in turn', async () => {
    await using first = await HttpBackend.start();
    await using second = await HttpBackend.start();
    await using gateway = await startGateway({
      template: BOOKS_TEMPLATE,
      targets: { Listener: [first.url, new URL(second.url)] },
    });
    await fetch(`${gateway.url()}/books`);
    await fetch(`${gateway.url()}/books`);
    expect([(await first.next()).url, (await second.next()).url]).toEqual(['/books', '/books']);
  });

  it('sends requests to the instances of a Cloud Map service with the attributes of the URI', async () => {
    await using blue = await HttpBackend.start();
    await using green = await HttpBackend.start();
    await using gateway = await startGateway({
      template: CLOUD_MAP_TEMPLATE,
      targets: { Green: green.url, Service: { address: new URL(blue.url), attributes: { color: 'blue' } } },
    });
    for (const color of ['blue', 'green']) await fetch(`${gateway.url()}/${color}`);
    expect([(await blue.next()).url, (await green.next()).url]).toEqual(['/blue', '/green']);
  });

  it("has the gateway's time", async () => {
    await using gateway = await start();
    const { requestContext: before } = await eventOf(`${gateway.url()}/fn/1`);
    gateway.clock.advance('2h');
    const { requestContext: after } = await eventOf(`${gateway.url()}/fn/1`);
    expect(after.timeEpoch - before.timeEpoch).toBeGreaterThanOrEqual(7_200_000);
    await gateway.reset();
    const { requestContext: reset } = await eventOf(`${gateway.url()}/fn/1`);
    expect(reset.timeEpoch).toBeLessThan(after.timeEpoch);
  });

  it('is created again by a reset to the start, with the same id', async () => {
    await using gateway = await start();
    const created = await fetch(`${gateway.endpoint}/v2/apis`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'other', protocolType: 'HTTP' }),
    });
    expect(created.status).toBe(201);
    const [, before] = gateway.url('$default', 'Books').match(/_apis\/(\w+)/) ?? [];
    expect(before).toBeDefined();
    await gateway.reset({ apis: 'start' });
    expect(gateway.url()).toBe(gateway.endpoint);
    const links = await itemsOf(`${gateway.endpoint}/v2/vpclinks`);
    expect(links).toMatchObject([{ name: 'books' }]);
    const apis = await itemsOf(`${gateway.endpoint}/v2/apis`);
    expect(apis).toMatchObject([{ apiId: before }]);
  });

  describe('with faults', () => {
    const statusOf = async (url: string) => (await fetch(url)).status;

    it('fails as if its target did not listen, on one route', async () => {
      await using backend = await HttpBackend.start();
      await using gateway = await start(BOOKS_TEMPLATE, { Listener: [backend.url] });
      gateway.faults.set({ integrationFailure: { rate: 1 }, route: 'GET /books' });
      expect(await statusOf(`${gateway.url()}/books`)).toBe(503);
      expect(await statusOf(`${gateway.url()}/fn/1`)).toBe(200);
      gateway.faults.set({ integrationFailure: { rate: 1 } });
      expect(await statusOf(`${gateway.url()}/fn/1`)).toBe(500);
      gateway.faults.clear();
      expect(await statusOf(`${gateway.url()}/books`)).toBe(200);
    });

    it('fails when its VPC link is down', async () => {
      await using backend = await HttpBackend.start();
      await using gateway = await start(BOOKS_TEMPLATE, { Listener: [backend.url] });
      gateway.faults.set({ vpcLinkDown: ['*'] });
      expect(await statusOf(`${gateway.url()}/books`)).toBe(503);
      expect(await statusOf(`${gateway.url()}/fn/1`)).toBe(200);
    });

    it('times out', async () => {
      await using gateway = await start(BOOKS_TEMPLATE.replace('5000', '50'), { Listener: ['127.0.0.1:1'] });
      gateway.faults.set({ latencyMs: { integration: 50 } });
      expect(await statusOf(`${gateway.url()}/books`)).toBe(503);
      const { outcome } = await gateway.waitFor({ type: 'http_request' });
      expect(outcome).toMatchObject({ result: 'failed', status: 503 });
    });

    it('is not concerned by those of one connection', async () => {
      await using gateway = await start();
      gateway.faults.set({ integrationFailure: { rate: 1 }, connectionId: 'abc=' });
      expect(await statusOf(`${gateway.url()}/fn/1`)).toBe(200);
    });
  });
});
