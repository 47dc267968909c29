import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { startGateway } from '../../support/deployed-gateway.js';
import { FunctionModule } from '../../support/function-module.js';
import { HttpBackend } from '../../support/http-backend.js';

const TEMPLATES = join(import.meta.dirname, '../../support/http-api-templates');
const read = (fileName: string) => ({ fileName, text: readFileSync(join(TEMPLATES, fileName), 'utf8') });

const stopping = (gateway: Awaited<ReturnType<typeof startGateway>>) => ({
  url: gateway.url,
  [Symbol.asyncDispose]: () => gateway.stop(),
});

/** A gateway that serves a template of the CDK, with targets. */
async function serve(fileName: string, targets: Readonly<Record<string, string | readonly string[]>> = {}) {
  return stopping(
    await startGateway({ templates: [read(fileName)], targets: new Map(Object.entries(targets)) }),
  );
}

const moduleOf = ({ file }: FunctionModule) => ({ kind: 'module', file, exportName: 'handler' }) as const;

/** An address at which nothing listens any more. */
async function unusedAddress(): Promise<string> {
  await using backend = await HttpBackend.start();
  return new URL(backend.url).host;
}

describe("a template of the CDK's documentation, served as it is", () => {
  it('calls the Lambda function', async () => {
    using books = new FunctionModule(
      `export const handler = async (event) => ({ routeKey: event.routeKey });`,
    );
    await using gateway = stopping(
      await startGateway({
        templates: [read('1-lambda.json')],
        functions: new Map([['BooksFnF887BEAD', moduleOf(books)]]),
      }),
    );
    const response = await fetch(`${gateway.url}/books`);
    expect([response.status, await response.text()]).toEqual([200, '{"routeKey":"GET /books"}']);
  });

  it('calls the URL', async () => {
    await using backend = await HttpBackend.start();
    const { fileName, text } = read('2-url.json');
    const local = text.replaceAll(/https:\/\/get-books-proxy\.example\.com/g, backend.url);
    await using gateway = stopping(await startGateway({ templates: [{ fileName, text: local }] }));
    expect((await fetch(`${gateway.url}/books`)).status).toBe(200);
    expect(await backend.next()).toMatchObject({ method: 'GET' });
  });

  it.each(['lbA35910C5', 'lblistener657ADDEC'])(
    'calls the target of an application load balancer, given by %s, with the header of the example',
    async (name) => {
      await using backend = await HttpBackend.start();
      await using gateway = await serve('3-alb.json', { [name]: new URL(backend.url).host });
      await fetch(`${gateway.url}/books?x=1`, { headers: { header1: 'a' } });
      const { url, headers } = await backend.next();
      expect(url).toBe('/books?x=1');
      expect(headers).toMatchObject({ header2: 'a' });
      expect(headers).not.toHaveProperty('header1');
    },
  );

  it('calls two targets of a network load balancer in turn', async () => {
    await using one = await HttpBackend.start();
    await using other = await HttpBackend.start();
    await using gateway = await serve('4-nlb.json', {
      [listenerOf('4-nlb.json')]: [one, other].map(({ url }) => new URL(url).host),
    });
    for (const path of ['/1', '/2', '/3', '/4']) await fetch(`${gateway.url}${path}`);
    expect([(await one.next()).url, (await one.next()).url]).toEqual(['/1', '/3']);
    expect([(await other.next()).url, (await other.next()).url]).toEqual(['/2', '/4']);
  });

  it('leaves out an instance of a Cloud Map service that refuses connections', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await serve('5-cloudmap.json', {
      NamespaceServiceCABDF534: [await unusedAddress(), new URL(backend.url).host],
    });
    const statuses = [];
    for (const path of ['/1', '/2', '/3']) statuses.push((await fetch(`${gateway.url}${path}`)).status);
    // H5.12
    expect(statuses).toEqual([503, 200, 200]);
  });

  it('responds with 503 without a target (H5.12)', async () => {
    await using gateway = await serve('3-alb.json');
    const response = await fetch(`${gateway.url}/books`);
    expect([response.status, await response.json()]).toEqual([503, { message: 'Service Unavailable' }]);
  });

  it('serves no protected route openly', async () => {
    const { fileName, text } = read('6-everything.json');
    const open = text.replace('"DisableExecuteApiEndpoint": true,', '');
    using secret = new FunctionModule(`export const handler = async () => 'secret';`);
    const lines: Record<string, unknown>[] = [];
    const log = pino(
      { level: 'warn' },
      { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) },
    );
    await using gateway = stopping(
      await startGateway({
        templates: [{ fileName, text: open }],
        functions: new Map([['Fn9270CBC0', moduleOf(secret)]]),
        log,
      }),
    );
    const warned = lines.filter(({ msg }) => msg === 'route not served').map(({ routeKey }) => routeKey);
    expect(new Set(warned)).toEqual(new Set(['GET /jwt', 'ANY /lam', 'ANY /lam1', 'POST /sqs']));
    for (const path of ['/jwt', '/lam', '/lam1', '/prod/jwt']) {
      const response = await fetch(`${gateway.url}${path}`, { headers: { authorization: 'token' } });
      expect([path, response.status, await response.json()]).toEqual([
        path,
        500,
        { message: 'Internal Server Error' },
      ]);
    }
  });
});

/** The logical id of the template's listener. */
function listenerOf(fileName: string): string {
  const { Resources } = JSON.parse(read(fileName).text) as {
    readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
  };
  const found = Object.entries(Resources).find(
    ([, { Type }]) => Type === 'AWS::ElasticLoadBalancingV2::Listener',
  );
  return found?.[0] ?? '';
}
