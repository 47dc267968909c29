import { CreateIntegrationCommand } from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { type HttpBackend, type Received } from '../support/http-backend.js';
import { ApiUnderTest, errorOf, startBackend } from './api-under-test.js';
import recorded from './recorded/http-proxy-headers.json' with { type: 'json' };
import { hasLoadBalancer, isOwnStandIn } from './target.js';

const everyRoute = (backend: HttpBackend & { publicUrl: string }) => ({
  $connect: { integration: { IntegrationUri: `${backend.publicUrl}/connect` } },
  $default: { integration: { IntegrationUri: `${backend.publicUrl}/message` } },
  $disconnect: { integration: { IntegrationUri: `${backend.publicUrl}/disconnect` } },
});

const headerNames = ({ headers }: Received) =>
  Object.keys(headers)
    .filter((name) => name !== 'connection')
    .toSorted();

const IP = '[\\da-f.:]+';

describe('§5 without a mapping an HTTP_PROXY backend receives', () => {
  it("on $connect the client's own headers and the gateway's, and no body [observed]", async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(everyRoute(backend));
    using _ = await api.open({ headers: { cookie: 'a=1', origin: 'https://app.example', 'x-own': 'mine' } });
    const received = await backend.next();
    expect(received).toMatchObject({ method: 'POST', url: '/connect', body: '' });
    expect(headerNames(received)).toEqual([...recorded.$connect, 'cookie', 'origin', 'x-own'].toSorted());
    expect(received.headers).toMatchObject({
      'content-length': '0',
      cookie: 'a=1',
      origin: 'https://app.example',
      'x-own': 'mine',
      host: new URL(backend.publicUrl).host,
      'x-amzn-apigateway-api-id': api.apiId,
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/) as string,
      'x-forwarded-for': expect.stringMatching(new RegExp(`^${IP}, ${IP}$`)) as string,
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https, https',
    });
  });

  it('on $connect a user agent of the gateway when the client sent none [observed]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(everyRoute(backend));
    using _ = await api.open();
    expect((await backend.next()).headers['user-agent']).toBe(`AmazonAPIGateway_${api.apiId}`);
  });

  it('on a message route the text byte for byte and nothing of the client [observed]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(everyRoute(backend));
    using client = await api.open({ headers: { cookie: 'a=1' } });
    await backend.next();
    client.send('{"text": "ü – 🙂"}  ');
    const received = await backend.next();
    expect(received).toMatchObject({ method: 'POST', url: '/message', body: '{"text": "ü – 🙂"}  ' });
    expect(headerNames(received)).toEqual(recorded.$default);
    expect(received.headers).toMatchObject({
      host: new URL(backend.publicUrl).host,
      'user-agent': `AmazonAPIGateway_${api.apiId}`,
      'x-amzn-apigateway-api-id': api.apiId,
      'x-forwarded-for': expect.stringMatching(new RegExp(`^${IP}$`)) as string,
      'x-forwarded-proto': 'https',
    });
  });

  it.each(['{"action":"x"}', 'no JSON', ''])(
    'a message %j said to be application/json in UTF-8 [observed]',
    async (text) => {
      await using backend = await startBackend();
      await using api = await ApiUnderTest.deployed(everyRoute(backend));
      using client = await api.open();
      await backend.next();
      client.send(text);
      const { headers, body } = await backend.next();
      expect([headers['content-type'], body]).toEqual(['application/json; charset=UTF-8', text]);
    },
  );

  it('on $disconnect an empty request with empty x-api-key and x-restapi [observed]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(everyRoute(backend));
    using client = await api.open();
    await backend.next();
    await client.close();
    const received = await backend.next();
    expect(received).toMatchObject({ method: 'POST', url: '/disconnect', body: '' });
    expect(headerNames(received)).toEqual(recorded.$disconnect);
    expect(received.headers).toMatchObject({
      'content-length': '0',
      'user-agent': `AmazonAPIGateway_${api.apiId}`,
      'x-api-key': '',
      'x-forwarded-for': expect.stringMatching(new RegExp(`^, ${IP}$`)) as string,
      'x-forwarded-proto': 'https',
      'x-restapi': '',
    });
  });
});

describe('§5 a VPC link', () => {
  /** An API whose load balancer leads to the backend, whatever host the URI names. */
  async function linked(backend: HttpBackend) {
    const targets = new Map([['conformance', new URL(backend.url).host]]);
    return ApiUnderTest.create({ standIn: { targets } });
  }

  it.runIf(hasLoadBalancer)(
    'of v1 carries the request to its load balancer, with the URI’s host as Host [documented]',
    async () => {
      await using backend = await startBackend();
      await using api = await linked(backend);
      await api.createRoute('$default', {
        integration: {
          IntegrationUri: 'http://nlb.example/message',
          ConnectionType: 'VPC_LINK',
          ConnectionId: await api.createVpcLinkToBackend(),
        },
      });
      await api.deploy();
      using client = await api.open();
      client.send('hello');
      const { url, headers, body } = await backend.next();
      expect([url, headers.host, body]).toEqual(['/message', 'nlb.example', 'hello']);
    },
  );

  // on AWS the balancer would need a listener at the port that a case happens to have
  it.runIf(isOwnStandIn)(
    '(stand-in only: any port has a listener) leads to the port of the URI [documented]',
    async () => {
      await using backend = await startBackend();
      const { hostname, port } = new URL(backend.url);
      const targets = new Map([['conformance', hostname]]);
      await using api = await ApiUnderTest.create({ standIn: { targets } });
      await api.createRoute('$default', {
        integration: {
          IntegrationUri: `http://nlb.example:${port}/message`,
          ConnectionType: 'VPC_LINK',
          ConnectionId: await api.createVpcLinkToBackend(),
        },
      });
      await api.deploy();
      using client = await api.open();
      client.send('hello');
      expect((await backend.next()).headers.host).toBe(`nlb.example:${port}`);
    },
  );

  it.runIf(hasLoadBalancer)('may be named by a stage variable [documented]', async () => {
    await using backend = await startBackend();
    await using api = await linked(backend);
    await api.createRoute('$default', {
      integration: {
        IntegrationUri: 'http://nlb.example/message',
        ConnectionType: 'VPC_LINK',
        ConnectionId: '${stageVariables.vpcLinkId}',
      },
    });
    await api.deploy({ StageVariables: { vpcLinkId: await api.createVpcLinkToBackend() } });
    using client = await api.open();
    client.send('hello');
    expect((await backend.next()).body).toBe('hello');
  });

  it('of v2 is none that a WebSocket API can use: C18 [documented]', async () => {
    await using api = await ApiUnderTest.create();
    const created = api.createRoute('$default', {
      integration: {
        IntegrationUri: 'http://nlb.example/',
        ConnectionType: 'VPC_LINK',
        ConnectionId: 'none00',
      },
    });
    expect(await errorOf(created)).toEqual(['BadRequestException', 400]);
  });
});

describe('§5 an integration', () => {
  const create = async (integration: Record<string, unknown>) => {
    await using api = await ApiUnderTest.create();
    return await api.control.send(
      new CreateIntegrationCommand({
        ApiId: api.apiId,
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'POST',
        IntegrationUri: 'http://backend.example/',
        ...integration,
      }),
    );
  };

  it('may have stage variables in its URI [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(
      { $default: { integration: { IntegrationUri: `${backend.publicUrl}/\${stageVariables.path}` } } },
      { stage: { StageVariables: { path: 'chat' } } },
    );
    using client = await api.open();
    client.send('hello');
    expect((await backend.next()).url).toBe('/chat');
  });

  it('is INTERNET, WHEN_NO_MATCH and 29,000 ms by default [documented]', async () => {
    expect(await create({})).toMatchObject({
      ConnectionType: 'INTERNET',
      PassthroughBehavior: 'WHEN_NO_MATCH',
      TimeoutInMillis: 29_000,
    });
  });

  it.each([50, 29_000])('may take %i ms [documented]', async (TimeoutInMillis) => {
    expect(await create({ TimeoutInMillis })).toMatchObject({ TimeoutInMillis });
  });

  it.each([49, 29_001])('may not take %i ms [documented]', async (TimeoutInMillis) => {
    expect(await errorOf(create({ TimeoutInMillis }))).toEqual(['BadRequestException', 400]);
  });

  it('of an HTTP type needs a method [documented]', async () => {
    expect(await errorOf(create({ IntegrationMethod: undefined }))).toEqual(['BadRequestException', 400]);
  });

  it('has no TlsConfig for a WebSocket API [documented]', async () => {
    const created = create({ TlsConfig: { ServerNameToVerify: 'backend.example' } });
    expect(await errorOf(created)).toEqual(['BadRequestException', 400]);
  });

  it.each(['MOCK', 'AWS', 'AWS_PROXY', 'HTTP', 'HTTP_PROXY'])(
    'of type %s is valid for a WebSocket API [documented]',
    async (IntegrationType) => {
      const arn =
        'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations';
      const created = await create({
        IntegrationType,
        IntegrationMethod: IntegrationType === 'MOCK' ? undefined : 'POST',
        IntegrationUri:
          IntegrationType === 'MOCK'
            ? undefined
            : IntegrationType.startsWith('AWS')
              ? arn
              : 'http://b.example/',
      });
      expect(created.IntegrationType).toBe(IntegrationType);
    },
  );
});
