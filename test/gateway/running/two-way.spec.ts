import {
  CreateIntegrationResponseCommand,
  type CreateIntegrationResponseCommandInput,
  CreateModelCommand,
  CreateRouteResponseCommand,
  UpdateRouteCommand,
} from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { type RouteSpec } from '../../support/deployed-api.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { HttpBackend } from '../../support/http-backend.js';
import { refusedHandshake, WebSocketClient } from '../../support/web-socket-client.js';

type ResponseSpec = Omit<CreateIntegrationResponseCommandInput, 'ApiId' | 'IntegrationId'>;

/** A gateway with a route `go` besides the given ones; it is two-way with integration responses. */
async function deploy(
  integration: NonNullable<RouteSpec['integration']>,
  {
    isTwoWay = true,
    responses = [],
    schema,
  }: { isTwoWay?: boolean; responses?: ResponseSpec[]; schema?: object } = {},
  routeKey = 'go',
): Promise<DeployedGateway> {
  const deployed = await DeployedGateway.start({ [routeKey]: { integration } });
  const { control, apiId: ApiId } = deployed;
  const RouteId = deployed.routeIds.get(routeKey)!;
  const IntegrationId = deployed.integrationIds.get(routeKey)!;
  if (isTwoWay)
    await control.send(new CreateRouteResponseCommand({ ApiId, RouteId, RouteResponseKey: '$default' }));
  for (const response of responses) {
    await control.send(new CreateIntegrationResponseCommand({ ApiId, IntegrationId, ...response }));
  }
  if (schema) {
    await control.send(
      new CreateModelCommand({
        ApiId,
        Name: 'Go',
        ContentType: 'application/json',
        Schema: JSON.stringify(schema),
      }),
    );
    const RequestModels = { $default: 'Go' };
    await control.send(
      new UpdateRouteCommand({
        ApiId,
        RouteId,
        ModelSelectionExpression: String.raw`\$default`,
        RequestModels,
      }),
    );
  }
  await deployed.deploy();
  return deployed;
}

const mock = (template: string) => ({
  IntegrationType: 'MOCK' as const,
  TemplateSelectionExpression: String.raw`\$default`,
  RequestTemplates: { $default: template },
});

describe('a two-way route', () => {
  it.each([
    ['a body', 200, 'hello'],
    ['an empty body', 200, ''],
    ['the body of an error', 500, 'sorry'],
  ])('sends %s of its proxy integration', async (_, status, body) => {
    await using backend = await HttpBackend.start();
    backend.answer = () => ({ status, body });
    await using deployed = await deploy({ IntegrationUri: `${backend.url}/` });
    using client = await WebSocketClient.open(deployed.webSocketUrl);
    client.send({ action: 'go' });
    expect(await client.nextText()).toBe(body);
  });

  it('sends the rendered templates of an HTTP integration', async () => {
    await using backend = await HttpBackend.start();
    backend.answer = ({ body }) => ({ status: 201, body });
    await using deployed = await deploy(
      {
        IntegrationType: 'HTTP',
        IntegrationUri: `${backend.url}/`,
        TemplateSelectionExpression: '${request.body.kind}',
        RequestTemplates: { sum: `{"n": $input.json('$.n'), "stage": "$context.stage"}` },
      },
      {
        responses: [
          {
            IntegrationResponseKey: String.raw`/2\d\d/`,
            ResponseTemplates: { $default: `$input.path('$.stage'): $input.path('$.n').size()` },
          },
          { IntegrationResponseKey: '$default', ResponseTemplates: { $default: 'else' } },
        ],
      },
    );
    using client = await WebSocketClient.open(deployed.webSocketUrl);
    client.send({ action: 'go', kind: 'sum', n: [1, 2, 3] });
    expect(await client.nextText()).toBe('dev: 3');
    expect((await backend.next()).body).toBe('{"n": [1,2,3], "stage": "dev"}');
  });

  it('sends the rendered template of a MOCK integration', async () => {
    await using deployed = await deploy(mock('{"statusCode": 200}'), {
      responses: [
        {
          IntegrationResponseKey: '/200/',
          TemplateSelectionExpression: '200',
          ResponseTemplates: { 200: '{"statusCode": 200, "connectionId":"$context.connectionId"}' },
        },
      ],
    });
    using client = await WebSocketClient.open(deployed.webSocketUrl);
    client.send({ action: 'go' });
    expect(await client.next()).toEqual({ statusCode: 200, connectionId: expect.any(String) as string });
  });

  it.each([
    ['no integration response matches', mock('{"statusCode": 404}'), '/200/'],
    ['a template fails', mock(`$util.parseJson('x')`), '$default'],
    ['a template is not valid', mock('#if('), '$default'],
  ])('sends Internal server error when %s', async (_, integration, IntegrationResponseKey) => {
    await using deployed = await deploy(integration, { responses: [{ IntegrationResponseKey }] });
    using client = await WebSocketClient.open(deployed.webSocketUrl);
    client.send({ action: 'go' });
    expect(await client.next()).toMatchObject({ message: 'Internal server error' });
  });
});

it('sends nothing on a one-way route, even with integration responses', async () => {
  await using backend = await HttpBackend.start();
  await using deployed = await deploy(
    { IntegrationUri: `${backend.url}/` },
    { isTwoWay: false, responses: [{ IntegrationResponseKey: '$default' }] },
  );
  using client = await WebSocketClient.open(deployed.webSocketUrl);
  client.send({ action: 'go' });
  await backend.next();
  client.send({ action: 'unknown' });
  expect(await client.next()).toMatchObject({ message: 'Forbidden' });
});

describe('a route with a model', () => {
  it('sends Bad request body for a message that is not valid, without calling the integration', async () => {
    await using backend = await HttpBackend.start();
    backend.answer = () => ({ status: 200, body: 'called' });
    await using deployed = await deploy(
      { IntegrationUri: `${backend.url}/` },
      { schema: { required: ['n'] } },
    );
    using client = await WebSocketClient.open(deployed.webSocketUrl);
    client.send({ action: 'go' });
    expect(await client.nextText()).toMatch(
      /^\{"message" : "Bad request body", "connectionId": "[\w=-]+", "messageId": "[\w=-]+"\}$/,
    );
    client.send({ action: 'go', n: 1 });
    expect(await client.nextText()).toBe('called');
    expect((await backend.next()).body).toContain('"n":1');
  });
});

describe('$connect with a MOCK integration', () => {
  it('accepts with 200', async () => {
    await using deployed = await deploy(mock('{"statusCode": 200}'), { isTwoWay: false }, '$connect');
    using client = await WebSocketClient.open(deployed.webSocketUrl);
    client.send({ action: 'go' });
    expect(await client.next()).toMatchObject({ message: 'Forbidden' });
  });

  it('refuses with any other status', async () => {
    const responses = [
      { IntegrationResponseKey: '$default', ResponseTemplates: { $default: 'who are you?' } },
    ];
    await using deployed = await deploy(
      mock('{"statusCode": 401}'),
      { isTwoWay: false, responses },
      '$connect',
    );
    const { status, body } = await refusedHandshake(deployed.webSocketUrl);
    expect([status, body]).toEqual([401, 'who are you?']);
  });

  it('chooses the subprotocol by a mapped header', async () => {
    const responses = [
      {
        IntegrationResponseKey: '$default',
        ResponseParameters: { 'route.response.header.Sec-WebSocket-Protocol': "'chat'" },
      },
    ];
    await using deployed = await deploy(
      mock('{"statusCode": 200}'),
      { isTwoWay: false, responses },
      '$connect',
    );
    using client = await WebSocketClient.open(deployed.webSocketUrl, { protocols: ['other', 'chat'] });
    expect(client.socket.protocol).toBe('chat');
  });
});
