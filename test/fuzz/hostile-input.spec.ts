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
  connectionRequests,
  controlRequests,
  handshakes,
  type HttpRequest,
  type Known,
  withHeaders,
} from './requests.js';

/** Every run sends the same input. FUZZ_SEED sets another seed, which sends other input. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_120);
/** Inputs per kind, 10,000 in all. */
const RUNS = { frames: 3_500, handshakes: 2_500, connections: 1_000, control: 2_500, admin: 500 };

describe('the gateway survives hostile input', () => {
  let backend: HttpBackend;
  let gateway: DeployedGateway;
  let client: WebSocketClient;
  let known: Known;
  let before: Resources;
  const agent = new Agent({ connections: 4 });
  /** Errors that the gateway has logged as its own. */
  const loggedErrors: string[] = [];
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => void unhandled.push(reason);

  beforeAll(async () => {
    process.on('unhandledRejection', onUnhandled);
    timerHook.enable();
    backend = await HttpBackend.start();
    const log = pino({ level: 'error' }, { write: (line: string) => void loggedErrors.push(line) });
    gateway = await DeployedGateway.start(routes(backend.url), { log });
    const stagePath = `/_apis/${gateway.apiId}/dev`;
    client = await WebSocketClient.open(gateway.gateway.url.replace('http', 'ws') + stagePath);
    const connectionId = String((await backend.next()).headers['connectionid']);
    known = { stagePath, connectionId, ...(await createSecondApi(gateway, backend.url)) };
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
   * Sends random inputs, and expects that the gateway neither logs an error of its own nor has an unhandled rejection.
   *
   * @param send sends one input and checks the response
   * @returns the number of inputs sent
   */
  const sendAll = async <T>(inputs: fc.Arbitrary<T>, numRuns: number, send: (value: T) => Promise<void>) => {
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(inputs, async (value) => {
        // otherwise new connections would be throttled
        if (sent % 200 === 0) await new AdminClient(gateway.gateway.url).advanceClock('1s');
        await send(value);
        sent += 1;
        expect([loggedErrors, unhandled]).toEqual([[], []]);
      }),
      { seed: SEED, numRuns },
    );
    return sent;
  };

  const request = async ({ method, path, body, headers = {} }: HttpRequest) => {
    const response = await agent.request({ origin: gateway.gateway.url, path, method, body, headers });
    await response.body.dump();
    expect(response.statusCode).not.toBe(500);
  };

  it('as frames', async () => {
    const sent = await sendAll(clientBytes(), RUNS.frames, async (bytes) => {
      const received = await afterHandshake(gateway.gateway.url, known.stagePath, bytes);
      for (const text of textFrames(received)) expect(JSON.parse(text)).toHaveProperty('message');
    });
    expect(sent).toBe(RUNS.frames);
  });

  it('as handshakes', async () => {
    const sent = await sendAll(handshakes(known), RUNS.handshakes, async (bytes) => {
      const { status, bytes: response } = await exchange(gateway.gateway.url, bytes);
      // AWS's 500 for a mapped value that cannot be sent names the connection
      expect(status === 500 && !response.includes('"connectionId":')).toBe(false);
    });
    expect(sent).toBe(RUNS.handshakes);
  });

  it('as requests to @connections', async () => {
    const sent = await sendAll(withHeaders(connectionRequests(known)), RUNS.connections, request);
    expect(sent).toBe(RUNS.connections);
  });

  it('as requests to the control plane, and in the API that they leave', async () => {
    const sent = await sendAll(withHeaders(controlRequests(known)), RUNS.control, request);
    expect(sent).toBe(RUNS.control);
    // the API may be in any state: a message to it gets an error or is integrated, and the gateway survives
    const { apiId: ApiId } = known;
    await gateway.control
      .send(new CreateDeploymentCommand({ ApiId, StageName: 'dev' }))
      .catch(() => undefined);
    for (const bytes of fc.sample(clientBytes(), { seed: SEED, numRuns: 100 })) {
      await afterHandshake(gateway.gateway.url, `/_apis/${ApiId}/dev`, bytes).catch(() => undefined);
    }
    expect([loggedErrors, unhandled]).toEqual([[], []]);
  });

  it('as requests to /_gateway/', async () => {
    const sent = await sendAll(withHeaders(adminRequests()), RUNS.admin, request);
    expect(sent).toBe(RUNS.admin);
  });

  it('with no more sockets and timers than before, and serves as before', async () => {
    await agent.close();
    await new AdminClient(gateway.gateway.url).request('DELETE', 'faults');
    // kept-alive connections to the backend and the timeouts of integrations end by themselves
    await expect.poll(() => resources().sockets, { timeout: 15_000 }).toBeLessThanOrEqual(before.sockets);
    // a few timers belong to the test runner
    await expect.poll(() => resources().timers, { timeout: 15_000 }).toBeLessThanOrEqual(before.timers + 10);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    using another = await WebSocketClient.open(gateway.gateway.url.replace('http', 'ws') + known.stagePath);
    another.send({ action: 'leave' });
    expect(await another.next()).toMatchObject({ message: 'Internal server error' });
  });
});

/** Routes that evaluate the handshake and messages in every possible way. */
function routes(url: string) {
  const messageIntegration = {
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
    $default: { integration: messageIntegration },
    join: { integration: messageIntegration },
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

/** Creates a second API, which the requests to the control plane may change. */
async function createSecondApi(gateway: DeployedGateway, url: string) {
  const other = new DeployedApi(gateway, await createApi(gateway.control, { Name: 'changed' }));
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

/** Timers that are set, including those that would not keep the process alive. */
const timers = new Set<number>();
const timerHook = createHook({
  init: (id, type) => {
    if (type === 'Timeout') timers.add(id);
  },
  destroy: (id) => void timers.delete(id),
});

/** The texts of a server's frames, which are not masked, and too short to be fragmented. */
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
    // the end may be missing after a reset
    if (opcode === 1 && start + length <= bytes.length)
      texts.push(bytes.toString('utf8', start, start + length));
    at = start + length;
  }
  return texts;
}
