import { createHook } from 'node:async_hooks';
import { CreateDeploymentCommand } from '@aws-sdk/client-apigatewayv2';
import * as fc from 'fast-check';
import { pino } from 'pino';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AdminClient } from '../support/admin-client.js';
import { CONNECTION_ID, createApi, DeployedApi } from '../support/deployed-api.js';
import { DeployedGateway } from '../support/deployed-gateway.js';
import { HttpBackend } from '../support/http-backend.js';
import { WebSocketClient } from '../support/web-socket-client.js';
import { clientBytes } from './frames.js';
import { afterHandshake, exchange } from './raw-http.js';
import {
  adminRequests,
  commands,
  connectionRequests,
  controlRequests,
  handshakes,
  type HttpRequest,
  type Known,
} from './requests.js';

/** Every run is the same. Another seed finds other things: FUZZ_SEED says which. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_120);
/** 10,000 in all. */
const RUNS = { frames: 3_500, handshakes: 2_500, connections: 1_000, control: 2_500, admin: 500 };

describe('hostile input does no harm', () => {
  let backend: HttpBackend;
  let gateway: DeployedGateway;
  let client: WebSocketClient;
  let known: Known;
  let before: Resources;
  const agent = new Agent({ connections: 4 });
  /** What the gateway logged as a fault of its own. */
  const faults: string[] = [];
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => void unhandled.push(reason);

  beforeAll(async () => {
    process.on('unhandledRejection', onUnhandled);
    timerHook.enable();
    backend = await HttpBackend.start();
    const log = pino({ level: 'error' }, { write: (line: string) => void faults.push(line) });
    gateway = await DeployedGateway.start(routes(backend.url), { log });
    const stagePath = `/_apis/${gateway.apiId}/dev`;
    client = await WebSocketClient.open(gateway.gateway.url.replace('http', 'ws') + stagePath);
    const connectionId = String((await backend.next()).headers['connectionid']);
    known = { stagePath, connectionId, ...(await anotherApi(gateway, backend.url)) };
    before = resources();
  });

  afterAll(async () => {
    timerHook.disable();
    process.off('unhandledRejection', onUnhandled);
    client[Symbol.dispose]();
    await gateway[Symbol.asyncDispose]();
    await backend[Symbol.asyncDispose]();
  });

  /**
   * @param input sends one input and looks at the answer
   * @returns how many did no harm
   */
  const harmless = async <T>(
    inputs: fc.Arbitrary<T>,
    numRuns: number,
    input: (value: T) => Promise<void>,
  ) => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(inputs, async (value) => {
        // seconds pass, or new connections would be throttled
        if (taken % 200 === 0) await new AdminClient(gateway.gateway.url).advanceClock('1s');
        await input(value);
        taken += 1;
        expect([faults, unhandled]).toEqual([[], []]);
      }),
      { seed: SEED, numRuns },
    );
    return taken;
  };

  const request = async ({ method, path, body, headers = {} }: HttpRequest) => {
    const answer = await agent.request({ origin: gateway.gateway.url, path, method, body, headers });
    await answer.body.dump();
    expect(answer.statusCode).not.toBe(500);
  };

  it('as frames', async () => {
    const taken = await harmless(clientBytes(), RUNS.frames, async (bytes) => {
      const sent = await afterHandshake(gateway.gateway.url, known.stagePath, bytes);
      for (const text of textFrames(sent)) expect(JSON.parse(text)).toHaveProperty('message');
    });
    expect(taken).toBe(RUNS.frames);
  });

  it('as handshakes', async () => {
    const taken = await harmless(handshakes(known), RUNS.handshakes, async (bytes) => {
      const { status, bytes: answer } = await exchange(gateway.gateway.url, bytes);
      // AWS's own, when a mapped value cannot be sent, names the connection
      expect(status === 500 && !answer.includes('"connectionId":')).toBe(false);
    });
    expect(taken).toBe(RUNS.handshakes);
  });

  it('as requests to @connections', async () => {
    const taken = await harmless(commands(connectionRequests(known)), RUNS.connections, request);
    expect(taken).toBe(RUNS.connections);
  });

  it('as requests to the control plane, and in what they made', async () => {
    const taken = await harmless(commands(controlRequests(known)), RUNS.control, request);
    expect(taken).toBe(RUNS.control);
    // whatever the API has become, a message to it is answered or carried, and nothing breaks
    const { apiId: ApiId } = known;
    await gateway.control
      .send(new CreateDeploymentCommand({ ApiId, StageName: 'dev' }))
      .catch(() => undefined);
    for (const bytes of fc.sample(clientBytes(), { seed: SEED, numRuns: 100 })) {
      await afterHandshake(gateway.gateway.url, `/_apis/${ApiId}/dev`, bytes).catch(() => undefined);
    }
    expect([faults, unhandled]).toEqual([[], []]);
  });

  it('as requests to its own administration', async () => {
    const taken = await harmless(commands(adminRequests()), RUNS.admin, request);
    expect(taken).toBe(RUNS.admin);
  });

  it('and sockets and timers are then as many as before, and it serves as before', async () => {
    await agent.close();
    await new AdminClient(gateway.gateway.url).request('DELETE', 'faults');
    // kept-alive connections to the backend and timeouts of its calls end by themselves
    await expect.poll(() => resources().sockets, { timeout: 15_000 }).toBeLessThanOrEqual(before.sockets);
    // a few are the test runner's own
    await expect.poll(() => resources().timers, { timeout: 15_000 }).toBeLessThanOrEqual(before.timers + 10);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    using another = await WebSocketClient.open(gateway.gateway.url.replace('http', 'ws') + known.stagePath);
    another.send({ action: 'leave' });
    expect(await another.next()).toMatchObject({ message: 'Internal server error' });
  });
});

/** Routes that look into the handshake and into messages in every way there is. */
function routes(url: string) {
  const ofMessages = {
    IntegrationUri: `${url}/{room}?fixed=1`,
    TimeoutInMillis: 1_000,
    RequestParameters: {
      ...CONNECTION_ID,
      'integration.request.header.Channel': 'route.request.body.channel',
      'integration.request.querystring.name': 'route.request.body.user.name',
      'integration.request.path.room': 'route.request.body.channel',
    },
  };
  return {
    $connect: {
      RequestParameters: {
        'route.request.querystring.token': { Required: false },
        'route.request.header.X-Tenant': { Required: false },
      },
      integration: {
        IntegrationUri: url,
        TimeoutInMillis: 1_000,
        RequestParameters: {
          ...CONNECTION_ID,
          'integration.request.header.Token': 'route.request.querystring.token',
          'integration.request.querystring.tenant': 'route.request.multivalueheader.X-Tenant',
        },
      },
    },
    $default: { integration: ofMessages },
    join: { integration: ofMessages },
    leave: {},
    render: {
      integration: {
        IntegrationType: 'HTTP' as const,
        IntegrationUri: url,
        TimeoutInMillis: 1_000,
        ContentHandlingStrategy: 'CONVERT_TO_BINARY' as const,
        TemplateSelectionExpression: '${request.body.channel}',
        RequestTemplates: {
          $default:
            '#set($all = $input.path("$"))#foreach($key in $all.user.keySet())$key=$all.user.get($key)#end' +
            '$util.escapeJavaScript($input.json("$.channel")) $util.parseJson($input.path("$.user")).name',
        },
      },
    },
    $disconnect: { integration: { IntegrationUri: url, TimeoutInMillis: 1_000 } },
  };
}

/** A second API, for the control plane's requests to spoil. */
async function anotherApi(gateway: DeployedGateway, url: string) {
  const other = new DeployedApi(gateway, await createApi(gateway.control, { Name: 'spoilt' }));
  await other.createRoutes(routes(url));
  return {
    apiId: other.apiId,
    routeId: other.routeIds.get('join')!,
    integrationId: other.integrationIds.get('join')!,
    deploymentId: await other.createDeployment(),
  };
}

interface Resources {
  readonly sockets: number;
  readonly timers: number;
}

const resources = (): Resources => ({
  sockets: process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length,
  timers: timers.size,
});

/** Timers that are set, those too that would not keep the process. */
const timers = new Set<number>();
const timerHook = createHook({
  init: (id, type) => {
    if (type === 'Timeout') timers.add(id);
  },
  destroy: (id) => void timers.delete(id),
});

/** The texts of a server's frames, which are neither masked nor, as ours are short, fragmented. */
function textFrames(bytes: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const opcode = bytes[at]! & 0x0f;
    const short = bytes[at + 1]!;
    const length =
      short < 126
        ? short
        : short === 126
          ? bytes.readUInt16BE(at + 2)
          : Number(bytes.readBigUInt64BE(at + 2));
    const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
    // a connection that is reset may lose the end
    if (opcode === 1 && start + length <= bytes.length)
      texts.push(bytes.toString('utf8', start, start + length));
    at = start + length;
  }
  return texts;
}
