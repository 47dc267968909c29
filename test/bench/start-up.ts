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

/** From a process's start until it takes connections. */
export async function startUp(rounds: number): Promise<Part> {
  await using cleanUp = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  cleanUp.defer(() => rm(directory, { recursive: true }));
  const template = join(directory, 'template.json');
  await writeFile(template, JSON.stringify(templateOf(ROUTES)));
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
  const of = (name: string) => results.get(name)!;
  const rows = Object.keys(processes).map((name) => [
    name,
    shown(figure(of(name))),
    shown(ratio(of(name), of(server)), 1),
    shown(ratio(of(name), of(nest)), 1),
  ]);
  return {
    text: [
      table(['start', 'ready after, ms', 'of empty node:http', 'of empty Nest'], rows),
      ...withoutRedis,
    ].join('\n\n'),
    targets: [
      ...Object.keys(gateways).map((name) => atMost(`start: ${name}, ms`, 300, figure(of(name)))),
      ...services.map(([name]) =>
        atMost(`start: ${name}, of an empty Nest application`, 2, ratio(of(name), of(nest))),
      ),
    ],
  };
}

async function timed(processes: Readonly<Record<string, () => Child>>, rounds: number) {
  const results = new Map(Object.keys(processes).map((name) => [name, [] as number[]]));
  // the first round reads files that are in no cache yet
  for (let round = -1; round < rounds; round++) {
    for (const [name, start] of Object.entries(processes)) {
      const startedAt = performance.now();
      await using child = start();
      await child.told('listening');
      if (round >= 0) results.get(name)!.push(performance.now() - startedAt);
    }
  }
  return results;
}

/** The service as it is shipped. It calls nobody as it starts. */
const startService = (settings: NodeJS.ProcessEnv): Child =>
  Child.start(join(DIST, 'service/main.js'), [], [], {
    HOST: '127.0.0.1',
    PORT: '0',
    WS_API_ENDPOINT: 'http://127.0.0.1:9/dev',
    AWS_ACCESS_KEY_ID: 'AKIABENCH',
    AWS_SECRET_ACCESS_KEY: 'bench',
    ...settings,
  });

/** A CloudFormation template of an API with so many routes, each with an integration of its own. */
function templateOf(routes: number): object {
  const numbers = Array.from({ length: routes }, (_, index) => index);
  const ofRoutes = numbers.flatMap((index) => [
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
      ...Object.fromEntries(ofRoutes as [string, object][]),
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
