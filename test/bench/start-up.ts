import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child.ts';
import { figure, ratio, shown, table } from './figures.ts';
import { startGateway } from './gateway.ts';
import { STORES, withoutRedis } from './stores.ts';
import { atMost, type Part } from './targets.ts';

const DIST = process.env.BACKCHANNEL_DIST ?? join(import.meta.dirname, '../../dist');
const EMPTY_SERVER = join(import.meta.dirname, 'processes/empty-server.ts');
const EMPTY_NEST = join(import.meta.dirname, 'processes/empty-nest.ts');
const ROUTES = 100;

/** The time from the start of a process until it accepts connections. */
export async function startUp(rounds: number): Promise<Part> {
  await using cleanUp = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  cleanUp.defer(() => rm(directory, { recursive: true }));
  const template = join(directory, 'template.json');
  await writeFile(template, JSON.stringify(templateWith(ROUTES)));
  const services: [string, () => Child][] = [];
  for (const [name, open] of Object.entries(STORES)) {
    const settings = await open(cleanUp);
    services.push([`service, ${name}`, () => startService(settings)]);
  }
  const gateways = {
    'gateway without a template': () => startGateway(),
    [`gateway with ${ROUTES} routes`]: () => startGateway(['--template', template]),
  };
  const server = 'empty node:http';
  const nest = 'empty Nest application';
  const processes: Readonly<Record<string, () => Child>> = {
    [server]: () => Child.start(EMPTY_SERVER),
    ...gateways,
    [nest]: () => Child.start(EMPTY_NEST),
    ...Object.fromEntries(services),
  };
  const results = await timed(processes, rounds);
  const figuresOf = (name: string) => results.get(name)!;
  const rows = Object.keys(processes).map((name) => [
    name,
    shown(figure(figuresOf(name))),
    shown(ratio(figuresOf(name), figuresOf(server)), 1),
    shown(ratio(figuresOf(name), figuresOf(nest)), 1),
  ]);
  return {
    text: [
      table(['start', 'ready after, ms', 'ratio to empty node:http', 'ratio to empty Nest'], rows),
      ...withoutRedis,
    ].join('\n\n'),
    targets: [
      ...Object.keys(gateways).map((name) => atMost(`start: ${name}, ms`, 300, figure(figuresOf(name)))),
      ...services.map(([name]) =>
        atMost(
          `start: ${name}, ratio to an empty Nest application`,
          2,
          ratio(figuresOf(name), figuresOf(nest)),
        ),
      ),
    ],
  };
}

async function timed(processes: Readonly<Record<string, () => Child>>, rounds: number) {
  const results = new Map(Object.keys(processes).map((name) => [name, [] as number[]]));
  // the first round fills the file cache, and does not count
  for (let round = -1; round < rounds; round++) {
    for (const [name, start] of Object.entries(processes)) {
      const startedAt = performance.now();
      await using child = start();
      await child.receive('listening');
      if (round >= 0) results.get(name)!.push(performance.now() - startedAt);
    }
  }
  return results;
}

/** The service as shipped. It sends no request during its start. */
const startService = (settings: NodeJS.ProcessEnv): Child =>
  Child.start(join(DIST, 'service/main.js'), [], [], {
    HOST: '127.0.0.1',
    PORT: '0',
    WS_API_ENDPOINT: 'http://127.0.0.1:9/dev',
    AWS_ACCESS_KEY_ID: 'AKIABENCH',
    AWS_SECRET_ACCESS_KEY: 'bench',
    ...settings,
  });

/** A CloudFormation template of an API with `routes` routes, each with its own integration. */
function templateWith(routes: number): object {
  const numbers = Array.from({ length: routes }, (_, index) => index);
  const routeResources = numbers.flatMap((index) => [
    [
      `Integration${index}`,
      {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: {
          ApiId: { Ref: 'Api' },
          IntegrationType: 'HTTP_PROXY',
          IntegrationMethod: 'POST',
          IntegrationUri: `http://127.0.0.1:9/route${index}`,
          RequestParameters: { 'integration.request.header.ConnectionId': 'context.connectionId' },
        },
      },
    ],
    [
      `Route${index}`,
      {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: {
          ApiId: { Ref: 'Api' },
          RouteKey: `route${index}`,
          Target: { 'Fn::Sub': `integrations/\${Integration${index}}` },
        },
      },
    ],
  ]);
  return {
    Resources: {
      Api: {
        Type: 'AWS::ApiGatewayV2::Api',
        Properties: {
          Name: 'bench',
          ProtocolType: 'WEBSOCKET',
          RouteSelectionExpression: '$request.body.action',
        },
      },
      ...Object.fromEntries(routeResources as [string, object][]),
      Deployment: {
        Type: 'AWS::ApiGatewayV2::Deployment',
        DependsOn: numbers.map((index) => `Route${index}`),
        Properties: { ApiId: { Ref: 'Api' } },
      },
      Stage: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: { ApiId: { Ref: 'Api' }, StageName: 'dev', DeploymentId: { Ref: 'Deployment' } },
      },
    },
  };
}
