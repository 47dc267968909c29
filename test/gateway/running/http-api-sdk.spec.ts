import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateAuthorizerCommand,
  CreateDeploymentCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
  CreateVpcLinkCommand,
  DeleteAccessLogSettingsCommand,
  DeleteApiCommand,
  DeleteAuthorizerCommand,
  DeleteCorsConfigurationCommand,
  DeleteIntegrationCommand,
  DeleteRouteCommand,
  DeleteRouteSettingsCommand,
  DeleteStageCommand,
  DeleteVpcLinkCommand,
  GetApiCommand,
  GetAuthorizersCommand,
  GetDeploymentsCommand,
  GetIntegrationsCommand,
  GetRoutesCommand,
  GetStageCommand,
  GetTagsCommand,
  ResetAuthorizersCacheCommand,
  TagResourceCommand,
  UpdateApiCommand,
  UpdateAuthorizerCommand,
  UpdateIntegrationCommand,
  UpdateRouteCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Gateway } from '../../../src/gateway/gateway.js';
import { startGateway } from '../../support/deployed-gateway.js';
import { HttpBackend } from '../../support/http-backend.js';

const LISTENER =
  'arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/books-lb/50dc6c495c0c9188/f2f7dc8efc522ab2';

let gateway: Gateway;
let backend: HttpBackend;
let client: ApiGatewayV2Client;

beforeEach(async () => {
  backend = await HttpBackend.start();
  gateway = await startGateway({ targets: new Map([['books-lb', new URL(backend.url).host]]) });
  client = new ApiGatewayV2Client({
    endpoint: gateway.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await gateway.stop();
  await backend[Symbol.asyncDispose]();
});

it("AWS's client creates, serves, changes and deletes an HTTP API and all of its resources", async () => {
  const { ApiId } = await client.send(
    new CreateApiCommand({
      Name: 'books',
      ProtocolType: 'HTTP',
      CorsConfiguration: { AllowOrigins: ['https://books.example'], MaxAge: 60 },
    }),
  );
  const { VpcLinkId } = await client.send(
    new CreateVpcLinkCommand({ Name: 'link', SubnetIds: ['subnet-1'] }),
  );
  const { IntegrationId } = await client.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: 'HTTP_PROXY',
      IntegrationMethod: 'ANY',
      IntegrationUri: LISTENER,
      ConnectionType: 'VPC_LINK',
      ConnectionId: VpcLinkId,
      PayloadFormatVersion: '1.0',
      RequestParameters: { 'overwrite:path': '$request.path', 'append:header.id': '$request.path.id' },
      ResponseParameters: { '200': { 'overwrite:statuscode': '202' } },
    }),
  );
  const { AuthorizerId } = await client.send(
    new CreateAuthorizerCommand({
      ApiId,
      Name: 'jwt',
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Audience: ['a'], Issuer: 'https://issuer.example' },
    }),
  );
  const { RouteId } = await client.send(
    new CreateRouteCommand({ ApiId, RouteKey: 'GET /books/{id}', Target: `integrations/${IntegrationId}` }),
  );
  await client.send(
    new CreateStageCommand({
      ApiId,
      StageName: 'dev',
      StageVariables: { color: 'blue' },
      RouteSettings: { 'GET /books/{id}': { ThrottlingBurstLimit: 5, ThrottlingRateLimit: 10 } },
      AccessLogSettings: {
        DestinationArn: 'arn:aws:logs:us-east-1:000000000000:log-group:access',
        Format: '$context.requestId',
      },
    }),
  );
  await client.send(new CreateDeploymentCommand({ ApiId, StageName: 'dev' }));

  const response = await fetch(`${gateway.url}/dev/books/7?x=1`, {
    headers: { origin: 'https://books.example' },
  });
  expect(response.status).toBe(202);
  expect(response.headers.get('access-control-allow-origin')).toBe('https://books.example');
  expect(await backend.next()).toMatchObject({ url: '/books/7?x=1', headers: { id: '7' } });

  // a change is served with the next deployment
  await client.send(
    new UpdateIntegrationCommand({
      ApiId,
      IntegrationId,
      RequestParameters: { 'append:header.id': '' },
      ResponseParameters: { '200': {} },
    }),
  );
  expect((await fetch(`${gateway.url}/dev/books/7`)).status).toBe(202);
  await backend.next();
  await client.send(new UpdateStageCommand({ ApiId, StageName: 'dev', AutoDeploy: true }));
  expect((await fetch(`${gateway.url}/dev/books/7`)).status).toBe(200);
  expect((await backend.next()).headers).not.toHaveProperty('id');

  // a route with an authorizer needs a token
  await client.send(
    new UpdateRouteCommand({
      ApiId,
      RouteId,
      AuthorizationType: 'JWT',
      AuthorizerId,
      AuthorizationScopes: ['r'],
    }),
  );
  expect((await fetch(`${gateway.url}/dev/books/7`)).status).toBe(401);
  await client.send(new UpdateAuthorizerCommand({ ApiId, AuthorizerId, Name: 'other' }));
  await client.send(new ResetAuthorizersCacheCommand({ ApiId, StageName: 'dev' }));
  await client.send(new UpdateRouteCommand({ ApiId, RouteId, AuthorizationType: 'NONE' }));
  expect((await fetch(`${gateway.url}/dev/books/7`)).status).toBe(200);
  await client.send(new UpdateApiCommand({ ApiId, Description: 'all books' }));
  await client.send(new DeleteCorsConfigurationCommand({ ApiId }));
  await client.send(new DeleteRouteSettingsCommand({ ApiId, StageName: 'dev', RouteKey: 'GET /books/{id}' }));
  await client.send(new DeleteAccessLogSettingsCommand({ ApiId, StageName: 'dev' }));
  const ResourceArn = `arn:aws:apigateway:us-east-1::/apis/${ApiId}`;
  await client.send(new TagResourceCommand({ ResourceArn, Tags: { team: 'books' } }));

  const api = await client.send(new GetApiCommand({ ApiId }));
  expect(api).toMatchObject({ Description: 'all books', Tags: { team: 'books' } });
  expect(api.CorsConfiguration).toBeUndefined();
  const { Tags } = await client.send(new GetTagsCommand({ ResourceArn }));
  expect(Tags).toEqual({ team: 'books' });
  const stage = await client.send(new GetStageCommand({ ApiId, StageName: 'dev' }));
  expect(stage).toMatchObject({ RouteSettings: {}, StageVariables: { color: 'blue' }, AutoDeploy: true });
  expect(stage.AccessLogSettings).toBeUndefined();
  const { Items: routes } = await client.send(new GetRoutesCommand({ ApiId }));
  expect(routes).toMatchObject([{ RouteId, AuthorizationType: 'NONE' }]);
  expect(routes?.[0]).not.toHaveProperty('AuthorizerId');
  const { Items: integrations } = await client.send(new GetIntegrationsCommand({ ApiId }));
  expect(integrations).toMatchObject([{ RequestParameters: { 'overwrite:path': '$request.path' } }]);
  const { Items: authorizers } = await client.send(new GetAuthorizersCommand({ ApiId }));
  expect(authorizers).toMatchObject([{ AuthorizerId, Name: 'other' }]);
  const { Items: deployments } = await client.send(new GetDeploymentsCommand({ ApiId }));
  expect(deployments?.map(({ AutoDeployed }) => AutoDeployed)).toContain(false);

  await client.send(new DeleteRouteCommand({ ApiId, RouteId }));
  await client.send(new DeleteAuthorizerCommand({ ApiId, AuthorizerId }));
  await expect(client.send(new DeleteVpcLinkCommand({ VpcLinkId }))).rejects.toMatchObject({
    name: 'BadRequestException',
  });
  await client.send(new DeleteIntegrationCommand({ ApiId, IntegrationId }));
  await client.send(new DeleteVpcLinkCommand({ VpcLinkId }));
  await client.send(new DeleteStageCommand({ ApiId, StageName: 'dev' }));
  await client.send(new DeleteApiCommand({ ApiId }));
  await expect(client.send(new GetApiCommand({ ApiId }))).rejects.toMatchObject({
    name: 'NotFoundException',
  });
});
