import { mkdtempDisposableSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FunctionModule } from '../../support/function-module.js';
import { HttpBackend } from '../../support/http-backend.js';
import { SpawnedProgram } from '../../support/spawned-program.js';
import { WebSocketClient } from '../../support/web-socket-client.js';
import { type Example, synthesise } from './app.js';

type Echo = {
  readonly processId: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
};

const folder = mkdtempDisposableSync(join(tmpdir(), 'cdk-'));
const backends: { readonly program: SpawnedProgram; readonly url: string }[] = [];
let templates: ReadonlyMap<Example, string>;

beforeAll(async () => {
  for (const _ of [1, 2]) {
    backends.push(await SpawnedProgram.listening(join(import.meta.dirname, 'echo.ts')));
  }
  templates = synthesise(folder.path, { booksUrl: backends[0]?.url ?? '' });
});
afterAll(async () => {
  for (const { program } of backends) await program[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const template = (example: Example) => templates.get(example) ?? '';
const processIds = () => backends.map(({ program }) => program.pid);
/** `NAME=HOST:PORT,HOST:PORT` */
const targets = (name: string) => `${name}=${backends.map(({ url }) => new URL(url).host).join(',')}`;

/** The logical id of the template's only resource of a type whose id begins like this. */
function logicalId(example: Example, type: string, start = ''): string {
  const { Resources } = JSON.parse(readFileSync(template(example), 'utf8')) as {
    readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
  };
  const found = Object.entries(Resources)
    .filter(([id, { Type }]) => Type === type && id.startsWith(start))
    .map(([id]) => id);
  expect(found).toHaveLength(1);
  return found[0] ?? '';
}

/** The gateway's program with the example's template, unchanged. */
async function serve(example: Example, flags: readonly string[], env: Record<string, string> = {}) {
  const args = ['--port=0', `--template=${template(example)}`, ...flags];
  const { program, url } = await SpawnedProgram.listening('gateway/main.js', args, env);
  return { url, [Symbol.asyncDispose]: async () => program[Symbol.asyncDispose]() };
}

const echoOf = async (url: string, headers: Record<string, string> = {}) =>
  (await (await fetch(url, { headers })).json()) as Echo;

/** Which process responded to four requests in a row. */
async function spread(url: string): Promise<readonly (number | undefined)[]> {
  const ids = [];
  for (const path of ['/1', '/2', '/3', '/4']) {
    const echo = await echoOf(`${url}/books${path}`);
    expect(echo.url).toBe(`/books${path}`);
    ids.push(echo.processId);
  }
  return ids;
}

describe(
  "the code of the CDK's page about integrations, synthesised and served unchanged",
  { timeout: 120_000 },
  () => {
    it('HttpLambdaIntegration calls the function', async () => {
      using books = new FunctionModule(
        'export const handler = async (event) => ({ routeKey: event.routeKey });',
      );
      const name = logicalId('lambda', 'AWS::Lambda::Function', 'BooksDefaultFn');
      await using gateway = await serve('lambda', [`--function=${name}=${books.file}`]);
      const response = await fetch(`${gateway.url}/books`);
      expect([response.status, await response.json()]).toEqual([200, { routeKey: 'GET /books' }]);
      expect((await fetch(`${gateway.url}/books`, { method: 'POST' })).status).toBe(404);
    });

    it('HttpUrlIntegration calls the URL', async () => {
      await using gateway = await serve('url', []);
      const echo = await echoOf(`${gateway.url}/books?x=1`);
      expect([echo.processId, echo.url]).toEqual([processIds()[0], '/?x=1']);
    });

    it.each([
      ['HttpAlbIntegration', 'applicationLoadBalancer', 'AWS::ElasticLoadBalancingV2::LoadBalancer'],
      ['HttpAlbIntegration', 'applicationLoadBalancer', 'AWS::ElasticLoadBalancingV2::Listener'],
      ['HttpNlbIntegration', 'networkLoadBalancer', 'AWS::ElasticLoadBalancingV2::LoadBalancer'],
      ['HttpServiceDiscoveryIntegration', 'serviceDiscovery', 'AWS::ServiceDiscovery::Service'],
    ] as const)('%s of %s calls two processes in turn, given by the %s', async (_, example, type) => {
      await using gateway = await serve(example, [`--target=${targets(logicalId(example, type))}`]);
      const [one, other] = processIds();
      expect(await spread(gateway.url)).toEqual([one, other, one, other]);
    });

    it('ParameterMapping renames the header', async () => {
      await using gateway = await serve('mappedHeaders', [
        `--target=${targets(logicalId('mappedHeaders', 'AWS::ElasticLoadBalancingV2::Listener'))}`,
      ]);
      const { headers } = await echoOf(`${gateway.url}/books`, { header1: 'a' });
      expect([headers['header2'], headers['header1']]).toEqual(['a', undefined]);
    });

    it('custom("myKey", "myValue") is refused as on AWS, and lint says why', async () => {
      const file = template('customMapping');
      await using gateway = SpawnedProgram.run('gateway/main.js', ['--port=0', `--template=${file}`]);
      expect(await gateway.exit).not.toBe(0);
      expect(gateway.stderr.join('\n')).toContain("'myKey' is not a key of request parameters");
      await using lint = SpawnedProgram.run('gateway/main.js', ['lint', file, '--format=json']);
      expect(await lint.exit).toBe(1);
      expect(lint.stdout.join('\n')).toContain('"http-mapping"');
    });

    it('WebSocketLambdaIntegration calls the function of the route', async () => {
      await using seen = await HttpBackend.start();
      using handler = new FunctionModule(`
      export const handler = async ({ requestContext: { routeKey }, body }) => {
        await fetch(process.env.SEEN_URL, { method: 'POST', body: JSON.stringify({ routeKey, body }) });
        return { statusCode: 200 };
      };`);
      const name = logicalId('webSocket', 'AWS::Lambda::Function', 'MessageHandler');
      await using gateway = await serve('webSocket', [`--function=${name}=${handler.file}`], {
        SEEN_URL: seen.url,
      });
      using client = await WebSocketClient.open(`${gateway.url.replace('http', 'ws')}/dev`);
      const body = '{"action":"sendMessage"}';
      client.send(body);
      expect(JSON.parse((await seen.next()).body)).toEqual({ routeKey: 'sendMessage', body });
    });
  },
);
