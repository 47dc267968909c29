import {
  GetIntegrationCommand,
  GetIntegrationsCommand,
  GetRoutesCommand,
  UpdateIntegrationCommand,
  UpdateRouteCommand,
} from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { HttpBackend } from '../../support/http-backend.js';
import { refusedHandshake, WebSocketClient } from '../../support/web-socket-client.js';

const arn = 'arn:aws:elasticloadbalancing:us-east-1:123412341234:loadbalancer/net/nlb/50dc6c495c0c9188';

describe("AWS's article 'How can I pass a connectionId or custom token to VPC Link integration as a header'", () => {
  it('works command by command', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start({ $connect: {} });
    const { control, apiId: ApiId } = gateway;
    await gateway.createRoute('$default', {
      integration: {
        IntegrationUri: `${backend.url}/message`,
        ConnectionType: 'VPC_LINK',
        ConnectionId: await gateway.createVpcLink(arn),
      },
    });
    await gateway.deploy();
    using client = await WebSocketClient.open(gateway.webSocketUrl);

    // aws apigatewayv2 get-integrations --api-id …
    const { Items = [] } = await control.send(new GetIntegrationsCommand({ ApiId }));
    expect(Items).toHaveLength(1);
    const IntegrationId = Items[0]?.IntegrationId;

    // aws apigatewayv2 update-integration --cli-input-json file://integration.json
    await control.send(
      new UpdateIntegrationCommand({
        ApiId,
        IntegrationId,
        RequestParameters: {
          'integration.request.header.ConnectionId': 'context.connectionId',
          'integration.request.header.User': 'route.request.body.user',
          'integration.request.querystring.source': "'static value'",
        },
      }),
    );

    client.send({ user: 'before the deployment' });
    const before = await backend.next();
    expect(before.url).toBe('/message');
    expect(before.headers).not.toHaveProperty('connectionid');

    await gateway.deploy();
    client.send({ user: 'ann' });
    const after = await backend.next();
    expect(after.url).toBe('/message?source=static%20value');
    expect(after.headers).toMatchObject({
      connectionid: expect.stringMatching(/^[\w-]{18}==$/) as string,
      user: 'ann',
    });
    await gateway.post(String(after.headers.connectionid), 'an answer');
    expect(await client.nextText()).toBe('an answer');
  });
});

describe("the tutorial 'Create WebSocket API using AWS API Gateway'", () => {
  it('works command by command', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start({
      $connect: { integration: { IntegrationUri: `${backend.url}/connect` } },
      $disconnect: { integration: { IntegrationUri: `${backend.url}/disconnect` } },
    });
    const { control, apiId: ApiId } = gateway;

    // aws apigatewayv2 get-routes --api-id …
    const { Items = [] } = await control.send(new GetRoutesCommand({ ApiId }));
    const target = (routeKey: string) => {
      const route = Items.find(({ RouteKey }) => RouteKey === routeKey);
      return { RouteId: route?.RouteId, IntegrationId: route?.Target?.split('/')[1] };
    };
    const { RouteId, IntegrationId } = target('$connect');

    // aws apigatewayv2 update-route --request-parameters '{"route.request.querystring.stocks":{"Required":true}}'
    await control.send(
      new UpdateRouteCommand({
        ApiId,
        RouteId,
        RequestParameters: { 'route.request.querystring.stocks': { Required: true } },
      }),
    );

    // aws apigatewayv2 update-integration --request-parameters, four times
    for (const [destination, source] of [
      ['integration.request.querystring.stocks', 'route.request.querystring.stocks'],
      ['integration.request.querystring.connectionId', 'context.connectionId'],
      ['integration.request.querystring.userId', 'context.authorizer.userId'],
      ['integration.request.querystring.orgId', 'context.authorizer.orgId'],
    ] as const) {
      await control.send(
        new UpdateIntegrationCommand({ ApiId, IntegrationId, RequestParameters: { [destination]: source } }),
      );
    }
    await control.send(
      new UpdateIntegrationCommand({
        ApiId,
        IntegrationId: target('$disconnect').IntegrationId,
        RequestParameters: { 'integration.request.querystring.connectionId': 'context.connectionId' },
      }),
    );

    // aws apigatewayv2 get-integration
    const { RequestParameters } = await control.send(new GetIntegrationCommand({ ApiId, IntegrationId }));
    expect(RequestParameters).toEqual({
      'integration.request.querystring.stocks': 'route.request.querystring.stocks',
      'integration.request.querystring.connectionId': 'context.connectionId',
      'integration.request.querystring.userId': 'context.authorizer.userId',
      'integration.request.querystring.orgId': 'context.authorizer.orgId',
    });

    await gateway.deploy();
    expect((await refusedHandshake(gateway.webSocketUrl)).status).toBe(400);

    // wscat -c "wss://…/prod?stocks=aapl,goog"
    using client = await WebSocketClient.open(`${gateway.webSocketUrl}?stocks=aapl,goog`);
    const connect = new URL((await backend.next()).url, backend.url);
    const connectionId = connect.searchParams.get('connectionId');
    // without an authorizer two parameters have no value and are not sent
    expect([...connect.searchParams]).toEqual([
      ['stocks', 'aapl,goog'],
      ['connectionId', expect.stringMatching(/^[\w-]{18}==$/)],
    ]);
    await client.close();
    const disconnect = new URL((await backend.next()).url, backend.url);
    expect([...disconnect.searchParams]).toEqual([['connectionId', connectionId]]);
  });
});
