import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
  GetApisCommand,
  GetIntegrationsCommand,
} from '@aws-sdk/client-apigatewayv2';
import { type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AdminClient } from '../support/admin-client.js';
import { SpawnedProgram } from '../support/spawned-program.js';
import { WebSocketClient } from '../support/web-socket-client.js';
import { launchBrowser } from './browser.js';
import { HostileSite } from './hostile-site.js';

const SECRET = 'the-gateway-secret-of-this-test';

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);

afterAll(async () => browser?.close());

let gateway: Served;
let site: HostileSite;
let page: Page;

beforeEach(async () => {
  site = await HostileSite.start();
  page = await browser.newPage();
}, 60_000);

afterEach(async () => {
  await page.close();
  await site[Symbol.asyncDispose]();
  await gateway[Symbol.asyncDispose]();
}, 60_000);

const TIMEOUT = { timeout: 120_000 };

/** Runs the attack in the page; what it has read, by attempt. */
const attack = async (gatewayUrl: string): Promise<Record<string, string>> => {
  const { apiId, connectionId } = gateway;
  return page.evaluate(
    `attack(${JSON.stringify(gatewayUrl)}, ${JSON.stringify({ apiId, connectionId, stage: 'dev' })})`,
  );
};

const entries = (seen: Readonly<Record<string, string>>, pattern: RegExp) =>
  Object.entries(seen).filter(([, text]) => pattern.test(text));

const fetchesOtherThan = (seen: Readonly<Record<string, string>>, pattern: RegExp) =>
  Object.entries(seen).filter(([attempt, text]) => attempt.startsWith('fetch') && !pattern.test(text));

describe('a page of another origin', TIMEOUT, () => {
  it.each(['127.0.0.1', 'localhost', 'gateway.example'])('reads and changes nothing at %s', async (host) => {
    gateway = await Served.start(['--allow-host', 'gateway.example']);
    const before = await gateway.state();
    const gatewayUrl = gateway.url.replace('127.0.0.1', host);
    await page.goto(`http://evil.example:${site.port}/`);

    const seen = await attack(gatewayUrl);

    expect(await gateway.state()).toEqual(before);
    expect(Object.keys(seen).length).toBeGreaterThan(100);
    expect(entries(seen, gateway.anythingInside)).toEqual([]);
    // an opaque response has no status and no text
    expect(fetchesOtherThan(seen, /^(opaque 0 |TypeError)$/)).toEqual([]);
    expect(await page.evaluate(`openWebSocket('${gatewayUrl.replace('http', 'ws')}/dev')`)).toBe('opened');
  }); // prettier-ignore

  it('reads and changes what it was started with --allow-origin for', async () => {
    gateway = await Served.start(['--allow-origin', `http://good.example:${site.port}`]);
    await page.goto(`http://good.example:${site.port}/`);

    const seen = await attack(gateway.url);

    expect(seen['fetch /_gateway/connections']).toMatch(/^cors 200 .*"connectionId"/);
    expect(seen[`fetch /v2/apis/${gateway.apiId}/integrations`]).toContain(SECRET);
    expect(seen['fetch cors POST /_gateway/clock as application/json']).toMatch(/^cors 200 /);
    expect(seen['fetch cors PUT /_gateway/faults as application/json']).toMatch(/^cors 200 /);
    expect(seen['fetch cors POST /v2/apis as application/json']).toMatch(/^cors 201 .*"apiId"/);
    expect(seen[`fetch cors DELETE /v2/apis/${gateway.apiId} as text/plain`]).toMatch(/^cors 204 /);
    // a body that is not declared as JSON is refused all the same, and the page can read why
    expect(seen['fetch cors POST /_gateway/clock as text/plain']).toMatch(/^cors 415 .*application\/json/);
  });
});

describe('a page whose host name was pointed at this machine', TIMEOUT, () => {
  it('reads and changes nothing', async () => {
    gateway = await Served.start();
    const before = await gateway.state();
    const origin = `http://evil.example:${site.port}`;
    await page.goto(`${origin}/`);
    site.rebind(gateway.url);

    const seen = await attack(origin);

    expect(await gateway.state()).toEqual(before);
    expect(Object.keys(seen).length).toBeGreaterThan(100);
    expect(entries(seen, gateway.anythingInside)).toEqual([]);
    // it is of the same origin, so it can read the refusal; no-cors knows neither PUT nor DELETE
    expect(fetchesOtherThan(seen, /^basic 403 .*--allow-host evil\.example|^TypeError$/)).toEqual([]);
    expect(await page.evaluate(`openWebSocket('${origin.replace('http', 'ws')}/dev')`)).toBe('opened');
  });
});

/** The gateway as a program, with an API that holds a secret and one client. */
class Served implements AsyncDisposable {
  apiId = '';
  connectionId = '';
  #client: WebSocketClient | undefined;
  readonly #messages: string[] = [];
  readonly #control: ApiGatewayV2Client;
  readonly #admin: AdminClient;

  private constructor(
    private readonly program: SpawnedProgram,
    readonly url: string,
  ) {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    this.#control = new ApiGatewayV2Client({ endpoint: url, region: 'us-east-1', credentials });
    this.#admin = new AdminClient(url);
  }

  static async start(flags: readonly string[] = []): Promise<Served> {
    const { program, url } = await SpawnedProgram.listening('gateway/main.js', ['--port=0', ...flags]);
    const served = new Served(program, url);
    await served.#deploy();
    return served;
  }

  /** What no page may read: the secret, and ids. */
  get anythingInside(): RegExp {
    return new RegExp([SECRET, this.apiId, this.connectionId, '"now"', '"status":"ok"'].join('|'));
  }

  /** What no page may change. */
  async state() {
    const { now } = (await this.#admin.get('clock')) as { now: string };
    const { items } = (await this.#admin.get('connections')) as { items: { connectionId: string }[] };
    const { Items: apis = [] } = await this.#control.send(new GetApisCommand({}));
    const { Items: integrations } = await this.#control.send(
      new GetIntegrationsCommand({ ApiId: this.apiId }),
    );
    return {
      isClockReal: Math.abs(Date.parse(now) - Date.now()) < 60_000,
      faults: await this.#admin.get('faults'),
      connectionIds: items.map(({ connectionId }) => connectionId),
      messages: [...this.#messages],
      apiNames: apis.map(({ Name }) => Name),
      integrations,
    };
  }

  async #deploy(): Promise<void> {
    const { ApiId } = await this.#control.send(
      new CreateApiCommand({
        Name: 'mine',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.action',
      }),
    );
    const { IntegrationId } = await this.#control.send(
      new CreateIntegrationCommand({
        ApiId,
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'POST',
        IntegrationUri: 'http://127.0.0.1:9/',
        RequestParameters: { 'integration.request.header.GatewaySecret': `'${SECRET}'` },
      }),
    );
    await this.#control.send(
      new CreateRouteCommand({ ApiId, RouteKey: '$default', Target: `integrations/${IntegrationId}` }),
    );
    await this.#control.send(new CreateStageCommand({ ApiId, StageName: 'dev', AutoDeploy: true }));
    this.apiId = ApiId!;
    this.#client = await WebSocketClient.open(`${this.url.replace('http', 'ws')}/dev`);
    this.#client.socket.on('message', (data: Buffer) => this.#messages.push(data.toString('utf8')));
    const { connectionIds } = await this.state();
    this.connectionId = connectionIds[0]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client?.[Symbol.dispose]();
    this.#control.destroy();
    await this.program.kill('SIGTERM');
  }
}
