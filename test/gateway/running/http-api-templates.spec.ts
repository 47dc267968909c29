import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startGateway } from '../../support/deployed-gateway.js';
import { FunctionModule } from '../../support/function-module.js';
import { HttpBackend } from '../../support/http-backend.js';
import { OidcIssuer } from '../../support/oidc-issuer.js';

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

  it('serves protected routes and actions of services without edits', async () => {
    const { fileName, text } = read('6-everything.json');
    const open = text.replace('"DisableExecuteApiEndpoint": true,', '');
    using handler = new FunctionModule(
      `export const handler = async ({ requestContext }) => ({ statusCode: 200, body: JSON.stringify(requestContext.authorizer) });`,
    );
    // of the simple authorizer, and of the one with a policy
    using authorizer = new FunctionModule(`export const handler = async (event) => event.version === '2.0'
      ? { isAuthorized: event.identitySource[0] === 'secret', context: { tenant: 't1' } }
      : { principalId: 'u1', policyDocument: { Version: '2012-10-17', Statement: [
          { Effect: event.identitySource === 'secret' ? 'Allow' : 'Deny', Action: 'execute-api:Invoke', Resource: event.methodArn }] } };`);
    await using issuer = await OidcIssuer.start();
    await using sqs = await HttpBackend.start();
    await using gateway = stopping(
      await startGateway({
        templates: [{ fileName, text: open }],
        functions: new Map([
          ['Fn9270CBC0', moduleOf(handler)],
          ['AuthC256A5EC', moduleOf(authorizer)],
        ]),
        issuers: new Map([['https://issuer.example.com', issuer.url]]),
        services: { endpoints: new Map([['sqs', new URL(sqs.url)]]), credentials: undefined },
      }),
    );
    const get = async (path: string, authorization: string) => {
      const response = await fetch(`${gateway.url}${path}`, { headers: { authorization } });
      return [response.status, await response.json()];
    };
    // with the issuer's own name, and with the one of the template
    for (const iss of [issuer.url, 'https://issuer.example.com']) {
      const token = await issuer.token({ iss, aud: 'a1', scope: 'w' });
      expect(await get('/jwt', `Bearer ${token}`)).toEqual([
        200,
        { claims: expect.objectContaining({ sub: 'alice', iss }), scopes: ['w'] },
      ]);
    }
    expect(await get('/jwt', 'token')).toEqual([401, { message: 'Unauthorized' }]);
    expect(await get('/lam', 'secret')).toEqual([200, { tenant: 't1' }]);
    expect(await get('/lam', 'other')).toEqual([403, { message: 'Forbidden' }]);
    expect(await get('/lam1', 'secret')).toEqual([200, { principalId: 'u1' }]);
    expect(await get('/prod/lam1', 'other')).toEqual([403, { message: 'Forbidden' }]);
    const body = '{"MessageBody":"hello"}';
    expect((await fetch(`${gateway.url}/sqs`, { method: 'POST', body })).status).toBe(200);
    expect((await sqs.next()).body).toMatch(
      /^Action=SendMessage&Version=2012-11-05&QueueUrl=.*&MessageBody=hello$/,
    );
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
