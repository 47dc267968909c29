import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployLocally, type LocalDeployment } from '../../src/local/deployment/deploy-locally.js';
import { readParameters } from '../../src/cdk/stack-parameters.js';
import { plainTemplate } from '../../src/cdk/plain-template.js';
import { lint } from '../../src/gateway/cloudformation/lint/lint.js';
import { type RuleId } from '../../src/gateway/cloudformation/lint/rules.js';
import { Gateway } from '../../src/gateway/gateway.js';
import { type GatewayOptions } from '../../src/gateway/gateway-options.js';
import { FunctionModule } from '../support/function-module.js';
import { HttpBackend, type Received } from '../support/http-backend.js';
import { WebSocketClient } from '../support/web-socket-client.js';

interface Resource {
  readonly Type: string;
  Properties: Record<string, unknown>;
  DependsOn?: string[];
}

interface Stack {
  readonly Resources: Record<string, Resource>;
}

const GATEWAY_SECRET = 'a-secret-of-both-ends';
/** The values of `{{resolve:…}}`. The gateway derives the ARN from the logical id. */
const resolved = (stack: Stack) =>
  new Map(
    idsOf(stack, 'AWS::SecretsManager::Secret').map((id) => [
      `resolve:secretsmanager:arn:aws:secretsmanager:us-east-1:000000000000:secret:${id}:SecretString:::`,
      GATEWAY_SECRET,
    ]),
  );

const idsOf = ({ Resources }: Stack, type: string): string[] =>
  Object.keys(Resources).filter((id) => Resources[id]?.Type === type);

async function gateway(options: Partial<GatewayOptions> = {}): Promise<Gateway> {
  return Gateway.start({
    host: '127.0.0.1',
    port: 0,
    region: 'us-east-1',
    accountId: '000000000000',
    targets: new Map(),
    log: pino({ level: 'silent' }),
    accessLog: () => undefined,
    ...options,
  });
}

/** The requests that a backend receives for a client's connect, message and disconnect. */
async function requestsOf(gatewayUrl: string, stage: string, backend: HttpBackend): Promise<Received[]> {
  using client = await WebSocketClient.open(`${gatewayUrl.replace('http', 'ws')}/${stage}?token=demo`, {
    headers: { Origin: 'https://app.example' },
  });
  const connect = await backend.next();
  client.send('{"action":"publish","channel":"news","data":"grüße"}');
  const message = await backend.next();
  await client.close(1000, 'bye');
  return [connect, message, await backend.next()];
}

/** Headers whose values differ between APIs, connections, events or addresses. */
const OWN =
  /^(host|user-agent|x-amzn-apigateway-api-id|x-amzn-trace-id|connectionid|requestid|messageid|connectedat|sec-websocket-key)$/;

/** Replaces the values that differ, but keeps their headers. */
const comparable = ({ method, url, rawHeaders, body }: Received) => {
  const headers = rawHeaders.flatMap((name, index) => {
    if (index % 2 === 1) return [];
    const value = rawHeaders[index + 1] ?? '';
    return [`${name}: ${OWN.test(name.toLowerCase()) ? value !== '' : value}`];
  });
  return { method, url, headers, body };
};

/** Accepts every client. */
const decide = new FunctionModule(`export const handler = async ({ methodArn }) => ({
  principalId: 'principal',
  context: { userId: 'ann' },
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }],
  },
});`);
const DECIDE_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:decide';
afterAll(() => decide[Symbol.dispose]());

let stack: Stack;
beforeAll(() => {
  stack = plainTemplate(readParameters({ image: 'registry.example/backchannel:1' })) as Stack;
});

describe('the template for AWS, in the gateway on this machine', () => {
  /** Both gateways, in front of one backend. */
  async function deployBoth(context: Record<string, string>, local: Partial<LocalDeployment>) {
    const template = plainTemplate(
      readParameters({ image: 'registry.example/image:1', ...context }),
    ) as Stack;
    const functions = new Map([
      ['decide', { kind: 'module' as const, file: decide.file, exportName: 'handler' }],
    ]);
    const backend = await HttpBackend.start();
    const [loadBalancer = ''] = idsOf(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
    const fromTemplate = await gateway({
      templates: [{ fileName: 'backchannel.json', text: JSON.stringify(template) }],
      parameters: resolved(template),
      targets: new Map([[loadBalancer, new URL(backend.url).host]]),
      functions,
    });
    const byHand = await gateway({ functions });
    await deployLocally({
      gatewayUrl: byHand.url,
      serviceUrl: backend.url,
      gatewaySecret: GATEWAY_SECRET,
      ...local,
    });
    const stop = async () =>
      Promise.all([fromTemplate.stop(), byHand.stop(), backend[Symbol.asyncDispose]()]);
    return { backend, fromTemplate, byHand, stop };
  }

  it.each<[string, Record<string, string>, Partial<LocalDeployment>, string]>([
    ['', {}, {}, '-'],
    [', with replies as responses', { REPLIES: 'response' }, { replies: 'response' }, '-'],
    [
      ', with an authorizer',
      { AUTH: 'authorizer', authorizerArn: DECIDE_ARN, authorizerUserKey: 'userId' },
      {
        authorizer: {
          functionName: 'decide',
          identitySource: ['route.request.querystring.token'],
          userKey: 'userId',
        },
      },
      'ann',
    ],
  ])(
    'sends the service the same requests as a gateway that `local/` has configured%s',
    async (_, context, local, userid) => {
      const { backend, fromTemplate, byHand, stop } = await deployBoth(context, local);
      try {
        const onAws = await requestsOf(fromTemplate.url, 'prod', backend);
        const locally = await requestsOf(byHand.url, 'dev', backend);

        expect(onAws.map(comparable)).toEqual(locally.map(comparable));
        expect(onAws.map(({ method, url }) => `${method} ${url}`)).toEqual([
          'POST /connect',
          'POST /message',
          'POST /disconnect',
        ]);
        expect(onAws[0]?.headers).toMatchObject({ gatewaysecret: GATEWAY_SECRET, token: 'demo', userid });
        expect(onAws[1]?.body).toBe('{"action":"publish","channel":"news","data":"grüße"}');
        expect(onAws[2]?.headers).toMatchObject({ disconnectstatuscode: '1000', disconnectreason: 'bye' });
        expect(backend.unexpected).toEqual([]);
      } finally {
        await stop();
      }
    },
  );

  it('sends the client the response of the service with REPLIES=response', async () => {
    const { backend, fromTemplate, byHand, stop } = await deployBoth(
      { REPLIES: 'response' },
      { replies: 'response' },
    );
    try {
      backend.answer = () => ({ status: 200, body: '{"type":"pong"}' });
      for (const [{ url }, stage] of [[fromTemplate, 'prod'] as const, [byHand, 'dev'] as const]) {
        using client = await WebSocketClient.open(`${url.replace('http', 'ws')}/${stage}`);
        client.send({ action: 'ping' });
        expect(await client.next()).toEqual({ type: 'pong' });
      }
    } finally {
      await stop();
    }
  });
});

describe('gateway lint', () => {
  const lintStack = (template: Stack) => lint(JSON.stringify(template), { fileName: 'backchannel.json' });

  /** Without hints: the service does not take the headers of $connect for an upgrade. */
  const rules = (template: Stack) =>
    lintStack(template)
      .filter(({ severity }) => severity !== 'hint')
      .map(({ rule }) => rule);

  it('finds nothing in the template but a hint that does not concern the service', () => {
    expect(lintStack(stack).map(({ rule }) => rule)).toEqual(['upgrade-headers']);
  });

  /** A copy with a fault in each resource of a type. */
  const planted = (type: string, change: (resource: Resource, copy: Stack) => void): Stack => {
    const copy = structuredClone(stack);
    const ids = idsOf(copy, type);
    expect(ids).not.toEqual([]);
    for (const id of ids) change(copy.Resources[id]!, copy);
    return copy;
  };
  const INTEGRATION = 'AWS::ApiGatewayV2::Integration';
  const parametersOf = ({ Properties }: Resource) =>
    Properties['RequestParameters'] as Record<string, string>;

  it.each<[what: string, RuleId, () => Stack]>([
    [
      'a missing mapping of the connectionId',
      'no-connection-id',
      () =>
        planted(INTEGRATION, (resource) => {
          delete parametersOf(resource)['integration.request.header.ConnectionId'];
        }),
    ],
    [
      'a VPC link of v2',
      'v2-vpc-link',
      () =>
        planted('AWS::ApiGateway::VpcLink', (resource, copy) => {
          const [id = ''] = idsOf(copy, 'AWS::ApiGateway::VpcLink');
          const Properties = { Name: 'link', SubnetIds: ['subnet-01234567'] };
          copy.Resources[id] = { ...resource, Type: 'AWS::ApiGatewayV2::VpcLink', Properties };
        }),
    ],
    [
      'method ANY',
      'method-any',
      () =>
        planted(INTEGRATION, (resource) => {
          resource.Properties['IntegrationMethod'] = 'ANY';
        }),
    ],
    [
      'a deployment that does not wait for the routes',
      'deployment-before-routes',
      () =>
        planted('AWS::ApiGatewayV2::Deployment', (resource) => {
          delete resource.DependsOn;
        }),
    ],
    [
      'a query string that no route declares',
      'undeclared-source',
      () =>
        planted('AWS::ApiGatewayV2::Route', (resource) => {
          delete resource.Properties['RequestParameters'];
        }),
    ],
    [
      'the token on every route',
      'connect-only-source',
      () =>
        planted(INTEGRATION, (resource) => {
          parametersOf(resource)['integration.request.header.Token'] = 'route.request.querystring.token';
        }),
    ],
    [
      "the HTTP APIs' grammar",
      'http-api-grammar',
      () =>
        planted(INTEGRATION, (resource) => {
          parametersOf(resource)['integration.request.header.Stage'] = '$context.stage';
        }),
    ],
    [
      'an integration timeout of 30 s',
      'timeout-range',
      () =>
        planted(INTEGRATION, (resource) => {
          resource.Properties['TimeoutInMillis'] = 30_000;
        }),
    ],
    [
      'the resource in the policy of the documentation',
      'connections-policy',
      () => JSON.parse(JSON.stringify(stack).replace('/prod/*', '/prod/POST/@connections')) as Stack,
    ],
    [
      'a stage that also has AutoDeploy',
      'auto-deploy-with-deployment',
      () =>
        planted('AWS::ApiGatewayV2::Stage', (resource) => {
          resource.Properties['AutoDeploy'] = true;
        }),
    ],
  ])('finds %s', (_, rule, plant) => {
    expect(rules(plant())).toContain(rule);
  });
});
