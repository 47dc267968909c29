import { once } from 'node:events';
import { createServer } from 'node:https';
import { type AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HttpBackend } from '../support/http-backend.js';
import { Queue } from '../support/queue.js';
import { HttpApiInTarget, type IntegrationSpec } from './http-api-under-test.js';
import { isOwnStandIn } from './target.js';

const ALB = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/books/0123456789abcdef/0123';
const NLB = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/net/books/0123456789abcdef/0123';
const CLOUD_MAP = 'arn:aws:servicediscovery:us-east-1:000000000000:service/srv-books';

/** An API with the stage `dev`, which sends everything to targets behind a VPC link. */
async function privateApi(
  IntegrationUri: string,
  targets: ReadonlyMap<string, readonly string[]>,
  integration: IntegrationSpec = {},
): Promise<HttpApiInTarget> {
  const api = await HttpApiInTarget.deployed({ routes: {}, stages: {}, standIn: { targets } });
  await api.createRoute('ANY /{proxy+}', {
    IntegrationUri,
    ConnectionType: 'VPC_LINK',
    ConnectionId: await api.createVpcLink(),
    ...integration,
  });
  await api.createStage('dev');
  return api;
}

const hostOf = ({ url }: HttpBackend) => new URL(url).host;

// a VPC of AWS, with load balancers and services in it, is not created by a case
describe.runIf(isOwnStandIn)('H5 a private integration', () => {
  it.each([
    ['an ALB', ALB, 'books'],
    ['an NLB', NLB, 'books'],
    ['Cloud Map', CLOUD_MAP, 'srv-books'],
    ['Cloud Map with a filter', `${CLOUD_MAP}?stage=prod&deployment=green`, 'srv-books'],
  ])(
    'H5.01, H5.05, H5.09: of %s is spread, and its path has the stage [documented]',
    async (_, arn, name) => {
      await using one = await HttpBackend.start();
      await using other = await HttpBackend.start();
      await using api = await privateApi(arn, new Map([[name, [one, other].map(hostOf)]]));
      for (const path of ['/dev/pets/1?x=1', '/dev/pets/2?x=1']) await api.request(path);
      const received = [(await one.next()).url, (await other.next()).url];
      expect(received).toEqual(['/dev/pets/1?x=1', '/dev/pets/2?x=1']);
    },
  );

  it('H5.09: is sent to the instances with the attributes in its URI [documented]', async () => {
    await using blue = await HttpBackend.start();
    await using green = await HttpBackend.start();
    const at = (backend: HttpBackend, stage: string) => `${hostOf(backend)}?stage=${stage}&region=eu`;
    const targets = new Map([['srv-books', [at(blue, 'prod'), at(green, 'next')]]]);
    await using api = await HttpApiInTarget.deployed({ routes: {}, stages: {}, standIn: { targets } });
    const ConnectionId = await api.createVpcLink();
    const to = (filter: string) => ({
      IntegrationUri: `${CLOUD_MAP}?${filter}`,
      ConnectionType: 'VPC_LINK' as const,
      ConnectionId,
    });
    await api.createRoute('GET /prod', to('stage=prod&region=eu'));
    await api.createRoute('GET /next', to('stage=next'));
    await api.createRoute('GET /other', to('stage=prod&region=us'));
    await api.createStage('$default');
    const paths = ['/prod', '/prod', '/next', '/other'];
    const statuses = [];
    for (const path of paths) statuses.push((await api.request(path)).status);
    expect(statuses).toEqual([200, 200, 200, 503]);
    const urls = [blue, green].map(({ unexpected }) => unexpected.map(({ url }) => url));
    expect(urls).toEqual([['/prod', '/prod'], ['/next']]);
  });

  it('H5.11, H5.12: of which a target refuses connections is 503, and the next ones go to the others', async () => {
    const gone = await HttpBackend.start();
    await using other = await HttpBackend.start();
    await using api = await privateApi(ALB, new Map([['books', [gone, other].map(hostOf)]]));
    await gone[Symbol.asyncDispose]();
    const statuses = [];
    for (let request = 0; request < 4; request += 1) statuses.push((await api.request('/dev/p')).status);
    expect(statuses).toEqual([503, 200, 200, 200]);
  });

  it('H5.05: has no stage in its path with overwrite:path [documented]', async () => {
    await using backend = await HttpBackend.start();
    await using api = await privateApi(ALB, new Map([['books', [hostOf(backend)]]]), {
      RequestParameters: { 'overwrite:path': '$request.path' },
    });
    await api.request('/dev/pets/1');
    expect((await backend.next()).url).toBe('/pets/1');
  });

  it('H5.07: has Forwarded, Via and a trace id, and no X-Forwarded-For [observed]', async () => {
    await using backend = await HttpBackend.start();
    await using api = await privateApi(ALB, new Map([['books', [hostOf(backend)]]]));
    await api.request('/dev/p');
    const { headers } = await backend.next();
    expect(headers.forwarded).toMatch(/for="?\[?[\da-f.:]+\]?"?;host=[^;]+;proto=https$/);
    expect(headers.via).toBe('HTTP/1.1 AmazonAPIGateway');
    expect(headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    expect(headers).not.toHaveProperty('x-forwarded-for');
  });

  it('H8.19, H8.22: has the Host of a mapping [observed]', async () => {
    await using backend = await HttpBackend.start();
    await using api = await privateApi(ALB, new Map([['books', [hostOf(backend)]]]), {
      RequestParameters: { 'overwrite:header.Host': 'books.internal' },
    });
    await api.request('/dev/p');
    expect((await backend.next()).headers.host).toBe('books.internal');
  });

  it.each([
    ['H5.12: without a target', new Map()],
    ['H10.06: whose target refuses connections', new Map([['books', ['127.0.0.1:1']]])],
  ])('%s is 503 [observed]', async (_, targets) => {
    await using api = await privateApi(ALB, targets);
    expect((await api.request('/dev/p')).status).toBe(503);
  });
});

const CERTIFIED = 'books.internal';

/** A TLS backend whose certificate, for `books.internal`, is trusted. */
async function tlsBackend() {
  const pair = await generate([{ name: 'commonName', value: CERTIFIED }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: CERTIFIED }] }],
  });
  const trusted = getCACertificates();
  setDefaultCACertificates([...trusted, pair.cert]);
  onTestFinished(() => setDefaultCACertificates(trusted));
  const serverNames = new Queue<unknown>('a request to the TLS backend');
  const server = createServer({ cert: pair.cert, key: pair.private }, ({ socket }, response) => {
    serverNames.push((socket as TLSSocket).servername);
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    serverNames,
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.runIf(isOwnStandIn)('H5 a private integration with TlsConfig', () => {
  it('H5.03, H5.04: is sent over TLS, and the name is that of SNI and of the certificate [documented]', async () => {
    await using backend = await tlsBackend();
    await using api = await privateApi(NLB, new Map([['books', [backend.host]]]), {
      TlsConfig: { ServerNameToVerify: CERTIFIED },
    });
    expect((await api.request('/dev/p')).status).toBe(200);
    expect(await backend.serverNames.next()).toBe(CERTIFIED);
  });

  it('H5.04: is 500 if the certificate has another name [observed]', async () => {
    await using backend = await tlsBackend();
    await using api = await privateApi(NLB, new Map([['books', [backend.host]]]), {
      TlsConfig: { ServerNameToVerify: 'other.internal' },
    });
    expect((await api.request('/dev/p')).status).toBe(500);
    expect(backend.serverNames.pending).toEqual([]);
  });
});
