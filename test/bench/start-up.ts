import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child.ts';
import { figure, ratio, shown, table } from './figures.ts';
import { startGateway } from './gateway.ts';

const EMPTY_SERVER = join(import.meta.dirname, 'processes/empty-server.ts');
const ROUTES = 100;

/** From a process's start until it takes connections: the gateway with a template beside an HTTP server that is empty. */
export async function startUp(rounds: number): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  const template = join(directory, 'template.json');
  await writeFile(template, JSON.stringify(templateOf(ROUTES)));
  const processes: Readonly<Record<string, () => Child>> = {
    'empty node:http': () => Child.start(EMPTY_SERVER),
    'gateway without a template': () => startGateway(),
    [`gateway with ${ROUTES} routes`]: () => startGateway(['--template', template]),
  };
  const names = Object.keys(processes);
  const results = new Map(names.map((name) => [name, [] as number[]]));
  // the first round reads files that are in no cache yet
  for (let round = -1; round < rounds; round++) {
    for (const name of names) {
      const startedAt = performance.now();
      await using child = processes[name]!();
      await child.told('listening');
      if (round >= 0) results.get(name)!.push(performance.now() - startedAt);
    }
  }
  await rm(directory, { recursive: true });
  const floor = results.get(names[0]!)!;
  return table(
    ['start', 'ready after, ms', 'ratio'],
    names.map((name) => [
      name,
      shown(figure(results.get(name)!)),
      shown(ratio(results.get(name)!, floor), 1),
    ]),
  );
}

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
