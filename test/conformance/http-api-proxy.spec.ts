import { describe, expect, it } from 'vitest';
import { HttpBackend } from '../support/http-backend.js';
import { HttpApiInTarget, proxiedApi } from './http-api-under-test.js';
import { isOwnStandIn } from './target.js';

const IP = '[\\da-f.:]+';

describe('H4 a backend over the Internet receives', () => {
  it.each([
    ['GET /pets/{petId}', '/x/{petId}', '/pets/6', '/x/6'],
    ['ANY /parent/{proxy+}', '/petstore/{proxy}', '/parent/a/b', '/petstore/a/b'],
    ['$default', '', '/store/checkout', '/store/checkout'],
  ])('H4.03: %s with URI %s: %s as %s [documented]', async (routeKey, path, requested, expected) => {
    await using served = await proxiedApi([routeKey], {
      integration: (url) => ({ IntegrationUri: url + path }),
    });
    expect((await served.received(requested)).url).toBe(expected);
  });

  it('H4.02: a URI with stage variables [documented]', async () => {
    const backend = await HttpBackend.start();
    await using _ = backend;
    await using api = await HttpApiInTarget.deployed({
      routes: { 'GET /books': { IntegrationUri: 'http://${stageVariables.host}/${stageVariables.path}' } },
      stages: { $default: { StageVariables: { host: new URL(backend.url).host, path: 'v2/books' } } },
    });
    await api.request('/books');
    expect((await backend.next()).url).toBe('/v2/books');
  });

  it('H4.07: the query string as it was sent [documented]', async () => {
    await using served = await proxiedApi(['$default']);
    expect((await served.received('/p?a=1&a=%2F+x&e=&f')).url).toBe('/p?a=1&a=%2F+x&e=&f');
  });

  it('H4.09: the method of the integration, or with ANY that of the client [documented]', async () => {
    await using any = await proxiedApi(['ANY /p']);
    expect((await any.received('/p', { method: 'DELETE' })).method).toBe('DELETE');
  });

  it('H4.10: the body unmodified [documented]', async () => {
    await using served = await proxiedApi(['POST /p']);
    const body = '{"text": "ü – 🙂"}  ';
    const headers = { 'content-type': 'application/x-own' };
    const received = await served.received('/p', { method: 'POST', body, headers });
    expect([received.body, received.headers['content-type']]).toEqual([body, 'application/x-own']);
  });

  it('H4.11 to H4.16: headers of the client and of the gateway [observed]', async () => {
    await using served = await proxiedApi(['GET /p']);
    const headers = {
      accept: 'x/y',
      authorization: 'Bearer t',
      cookie: 'a=1; b=2',
      forwarded: 'for=198.51.100.1',
      origin: 'https://app.example',
      'user-agent': 'probe',
      'x-amzn-trace-id': 'Root=1-6ab593ba-3d03a3475732eb3d3f70548d',
      'x-own': 'o',
    };
    const received = (await served.received('/p', { headers })).headers;
    const { 'x-amzn-trace-id': traceId, forwarded, ...passed } = headers;
    expect(received).toMatchObject({ ...passed, host: new URL(served.publicUrl).host });
    expect(received.via).toBe('HTTP/1.1 AmazonAPIGateway');
    expect(received['x-amzn-trace-id']).toMatch(new RegExp(`^Self=1-[0-9a-f]{8}-[0-9a-f]{24};${traceId}$`));
    expect(received.forwarded).toMatch(
      new RegExp(`^${forwarded}, (by=[^;]*;)?for="?\\[?${IP}\\]?"?;host=[^;]+;proto=https$`),
    );
    expect(received).not.toHaveProperty('x-forwarded-for');
  });

  it('H4.15: a new trace id when there is none [observed]', async () => {
    await using served = await proxiedApi(['GET /p']);
    const { headers } = await served.received('/p');
    expect(headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  });
});

describe('H5 a private integration', () => {
  /** Two backends behind one listener. */
  async function privately(uri: string, name: string, api: Partial<Parameters<typeof listener>[1]> = {}) {
    const backends = [await HttpBackend.start(), await HttpBackend.start()];
    const targets = new Map([[name, backends.map(({ url }) => new URL(url).host)]]);
    const created = await HttpApiInTarget.deployed({ routes: {}, stages: {}, standIn: { targets } });
    const linkId = await created.createVpcLink();
    await created.createRoute('ANY /{proxy+}', listener(uri, { ConnectionId: linkId, ...api }));
    return { created, backends };
  }

  const listener = (
    uri: string,
    rest: { ConnectionId: string; RequestParameters?: Record<string, string> },
  ) => ({
    IntegrationUri: uri,
    ConnectionType: 'VPC_LINK' as const,
    ...rest,
  });

  const ARNS = [
    ['alb', 'arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/books/0123456789abcdef/0123'],
    ['nlb', 'arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/net/books/0123456789abcdef/0123'],
    ['Cloud Map', 'arn:aws:servicediscovery:us-east-1:000000000000:service/srv-books'],
  ];

  it.runIf(isOwnStandIn).each(ARNS)(
    'H5.01, H5.05, H5.09: of an %s is spread, and its path has the stage [documented]',
    async (kind, arn) => {
      const { created, backends } = await privately(arn, kind === 'Cloud Map' ? 'srv-books' : 'books');
      await using api = created;
      await api.createStage('dev');
      for (const _ of backends) await api.request('/dev/pets/1?x=1');
      const received = [];
      for (const backend of backends) {
        received.push((await backend.next()).url);
        await backend[Symbol.asyncDispose]();
      }
      expect(received).toEqual(['/dev/pets/1?x=1', '/dev/pets/1?x=1']);
    },
  );

  it.runIf(isOwnStandIn)('H5.05: has no stage in its path with overwrite:path [documented]', async () => {
    const { created, backends } = await privately(ARNS[0]?.[1] ?? '', 'books', {
      RequestParameters: { 'overwrite:path': '$request.path' },
    });
    await using api = created;
    await api.createStage('dev');
    await api.request('/dev/pets/1');
    expect((await backends[0]?.next())?.url).toBe('/pets/1');
    for (const backend of backends) await backend[Symbol.asyncDispose]();
  });

  it.runIf(isOwnStandIn)(
    'H5.09: is sent to the instances with the attributes in its URI [documented]',
    async () => {
      await using blue = await HttpBackend.start();
      await using green = await HttpBackend.start();
      const at = ({ url }: HttpBackend, stage: string) => `${new URL(url).host}?stage=${stage}&region=eu`;
      const targets = new Map([['srv-books', [at(blue, 'prod'), at(green, 'next')]]]);
      await using api = await HttpApiInTarget.deployed({ routes: {}, stages: {}, standIn: { targets } });
      const ConnectionId = await api.createVpcLink();
      const service = ARNS[2]?.[1] ?? '';
      await api.createRoute('GET /prod', listener(`${service}?stage=prod&region=eu`, { ConnectionId }));
      await api.createRoute('GET /next', listener(`${service}?stage=next`, { ConnectionId }));
      await api.createRoute('GET /other', listener(`${service}?stage=prod&region=us`, { ConnectionId }));
      await api.createStage('$default');
      const paths = ['/prod', '/prod', '/next', '/other'];
      const statuses = [];
      for (const path of paths) statuses.push((await api.request(path)).status);
      expect(statuses).toEqual([200, 200, 200, 503]);
      const urls = [blue, green].map(({ unexpected }) => unexpected.map(({ url }) => url));
      expect(urls).toEqual([['/prod', '/prod'], ['/next']]);
    },
  );

  it.runIf(isOwnStandIn)(
    'H5.11, H5.12: of which a target refuses connections is 503, and the next ones go to the others',
    async () => {
      const { created, backends } = await privately(ARNS[0]?.[1] ?? '', 'books');
      await using api = created;
      await api.createStage('$default');
      await backends[0]?.[Symbol.asyncDispose]();
      const statuses = [];
      for (let request = 0; request < 4; request += 1) statuses.push((await api.request('/p')).status);
      expect(statuses).toEqual([503, 200, 200, 200]);
      await backends[1]?.[Symbol.asyncDispose]();
    },
  );

  it.runIf(isOwnStandIn)('H5.12: without a target is 503 [observed]', async () => {
    const { created, backends } = await privately(ARNS[0]?.[1] ?? '', 'others');
    await using api = created;
    await api.createStage('dev');
    expect((await api.request('/dev/p')).status).toBe(503);
    for (const backend of backends) await backend[Symbol.asyncDispose]();
  });
});
