import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../../../src/gateway/index.js';
import { HttpBackend } from '../../support/http-backend.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

/**
 * The requests of Terraform's AWS provider with its endpoints `apigatewayv2` and `apigateway` at the gateway, and what it
 * reads from the responses, from its source: each resource is created with its defaults, read, and waited for.
 *
 * @see https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/apigatewayv2
 */
describe('Terraform’s AWS provider', () => {
  let gateway: RunningGateway;
  let backend: HttpBackend;
  beforeAll(async () => {
    backend = await HttpBackend.start();
    gateway = await startGateway();
  });
  afterAll(async () => {
    await gateway.close();
    await backend[Symbol.asyncDispose]();
  });

  async function send(method: string, path: string, body?: object) {
    const response = await fetch(`${gateway.endpoint}${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      errorType: response.headers.get('x-amzn-errortype'),
      json: (text === '' ? {} : JSON.parse(text)) as Record<string, string>,
    };
  }

  async function created(path: string, body: object): Promise<Record<string, string>> {
    const { status, json } = await send('POST', path, body);
    expect([path, status, json.message]).toEqual([path, 201, undefined]);
    return json;
  }

  async function read(path: string): Promise<Record<string, unknown>> {
    const { status, json } = await send('GET', path);
    expect([path, status]).toEqual([path, 200]);
    return json;
  }

  /** What the provider takes for "is gone". */
  async function expectGone(path: string) {
    expect(await send('GET', path)).toMatchObject({ status: 404, errorType: 'NotFoundException' });
  }

  it('creates, reads, updates and deletes a WebSocket API', async () => {
    const api = await created('/v2/apis', {
      apiKeySelectionExpression: '$request.header.x-api-key',
      name: 'chat',
      protocolType: 'WEBSOCKET',
      routeSelectionExpression: '$request.body.action',
    });
    const path = `/v2/apis/${api.apiId}`;
    expect(await read(path)).toMatchObject({
      apiEndpoint: expect.stringMatching(/^wss:/) as string,
      ipAddressType: 'ipv4',
      name: 'chat',
      protocolType: 'WEBSOCKET',
    });

    // v1; the provider waits until it is available
    const link = await send('POST', '/vpclinks', {
      name: 'chat',
      targetArns: [
        'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/chat/0a1b2c3d4e5f6789',
      ],
    });
    expect(await read(`/vpclinks/${link.json.id}`)).toMatchObject({ status: 'AVAILABLE', name: 'chat' });

    const integration = await created(`${path}/integrations`, {
      connectionId: link.json.id,
      connectionType: 'VPC_LINK',
      integrationMethod: 'POST',
      integrationType: 'HTTP_PROXY',
      integrationUri: `${backend.url}/message`,
      passthroughBehavior: 'WHEN_NO_MATCH',
      payloadFormatVersion: '1.0',
      requestParameters: { 'integration.request.header.ConnectionId': 'context.connectionId' },
      timeoutInMillis: 10_000,
    });
    expect(await read(`${path}/integrations/${integration.integrationId}`)).toMatchObject({
      connectionId: link.json.id,
      timeoutInMillis: 10_000,
    });

    // before an authorizer and a stage it reads the API's protocol
    await read(path);
    const authorizer = await created(`${path}/authorizers`, {
      authorizerType: 'REQUEST',
      authorizerUri:
        'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:auth/invocations',
      identitySource: ['route.request.querystring.token'],
      name: 'token',
    });
    await read(`${path}/authorizers/${authorizer.authorizerId}`);

    const route = await created(`${path}/routes`, {
      apiKeyRequired: false,
      authorizationType: 'NONE',
      routeKey: '$default',
      routeResponseSelectionExpression: '$default',
      target: `integrations/${integration.integrationId}`,
    });
    const routePath = `${path}/routes/${route.routeId}`;
    expect(await read(routePath)).toMatchObject({ target: `integrations/${integration.integrationId}` });
    const response = await created(`${routePath}/routeresponses`, { routeResponseKey: '$default' });
    await read(`${routePath}/routeresponses/${response.routeResponseId}`);

    const deployment = await created(`${path}/deployments`, {});
    expect(await read(`${path}/deployments/${deployment.deploymentId}`)).toMatchObject({
      deploymentStatus: 'DEPLOYED',
      autoDeployed: false,
    });

    await read(path);
    await created(`${path}/stages`, {
      autoDeploy: false,
      defaultRouteSettings: {
        dataTraceEnabled: false,
        detailedMetricsEnabled: false,
        throttlingBurstLimit: 500,
        throttlingRateLimit: 1000,
      },
      deploymentId: deployment.deploymentId,
      stageName: 'dev',
      tags: { team: 'chat' },
    });
    expect(await read(`${path}/stages/dev`)).toMatchObject({
      deploymentId: deployment.deploymentId,
      tags: { team: 'chat' },
    });

    using client = await WebSocketClient.open(gateway.webSocketUrl('dev'));
    backend.answer = () => ({ status: 200, body: 'hello' });
    client.send({ action: 'x' });
    expect(await client.nextText()).toBe('hello');

    // a second apply: only what has changed is sent
    const update = async (at: string, body: object) =>
      expect([at, (await send('PATCH', at, body)).status < 300]).toEqual([at, true]);
    await update(`${path}/stages/dev`, { stageVariables: { tenant: 'acme' } });
    await update(`${path}/integrations/${integration.integrationId}`, {
      integrationType: 'HTTP_PROXY',
      timeoutInMillis: 5_000,
    });
    await update(routePath, { operationName: 'Message' });
    await update(path, { description: 'a chat' });

    for (const each of [
      `${path}/stages/dev`,
      `${path}/deployments/${deployment.deploymentId}`,
      `${routePath}/routeresponses/${response.routeResponseId}`,
      routePath,
      `${path}/authorizers/${authorizer.authorizerId}`,
      `${path}/integrations/${integration.integrationId}`,
      path,
    ]) {
      expect([each, (await send('DELETE', each)).status]).toEqual([each, 204]);
      await expectGone(each);
    }
    expect((await send('DELETE', `/vpclinks/${link.json.id}`)).status).toBe(202);
    await expectGone(`/vpclinks/${link.json.id}`);
  });

  it('creates and deletes an HTTP API with a custom domain name', async () => {
    const api = await created('/v2/apis', {
      apiKeySelectionExpression: '$request.header.x-api-key',
      corsConfiguration: { allowCredentials: false, allowMethods: ['GET'], allowOrigins: ['*'], maxAge: 0 },
      name: 'books',
      protocolType: 'HTTP',
      routeSelectionExpression: '$request.method $request.path',
    });
    const path = `/v2/apis/${api.apiId}`;
    const link = await created('/v2/vpclinks', {
      name: 'private',
      securityGroupIds: [],
      subnetIds: ['subnet-1'],
    });
    expect(await read(`/v2/vpclinks/${link.vpcLinkId}`)).toMatchObject({ vpcLinkStatus: 'AVAILABLE' });
    const integration = await created(`${path}/integrations`, {
      connectionType: 'INTERNET',
      integrationMethod: 'ANY',
      integrationType: 'HTTP_PROXY',
      integrationUri: backend.url,
      passthroughBehavior: 'WHEN_NO_MATCH',
      payloadFormatVersion: '1.0',
    });
    await created(`${path}/routes`, {
      apiKeyRequired: false,
      authorizationType: 'NONE',
      routeKey: 'GET /books',
      target: `integrations/${integration.integrationId}`,
    });
    await created(`${path}/stages`, {
      autoDeploy: true,
      defaultRouteSettings: {
        detailedMetricsEnabled: true,
        throttlingBurstLimit: 5,
        throttlingRateLimit: 10,
      },
      stageName: '$default',
    });
    await read(`${path}/stages/%24default`);
    await created('/v2/domainnames', {
      domainName: 'books.example.com',
      domainNameConfigurations: [
        {
          certificateArn:
            'arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-0000-0000-000000000000',
          endpointType: 'REGIONAL',
          securityPolicy: 'TLS_1_2',
        },
      ],
    });
    expect(await read('/v2/domainnames/books.example.com')).toMatchObject({
      domainNameConfigurations: [{ domainNameStatus: 'AVAILABLE', endpointType: 'REGIONAL' }],
    });
    const mapping = await created('/v2/domainnames/books.example.com/apimappings', {
      apiId: api.apiId,
      apiMappingKey: 'v1',
      stage: '$default',
    });
    await read(`/v2/domainnames/books.example.com/apimappings/${mapping.apiMappingId}`);
    expect((await fetch(`${gateway.url('$default')}/books`)).status).toBe(200);

    // cors_configuration was removed
    expect((await send('DELETE', `${path}/cors`)).status).toBe(204);
    // tags are written by their ARN
    const arn = encodeURIComponent(`arn:aws:apigateway:us-east-1::/apis/${api.apiId}`);
    expect((await send('POST', `/v2/tags/${arn}`, { tags: { team: 'books' } })).status).toBe(201);
    expect(await read(path)).toMatchObject({ tags: { team: 'books' } });

    for (const each of [
      `/v2/domainnames/books.example.com/apimappings/${mapping.apiMappingId}`,
      '/v2/domainnames/books.example.com',
      `${path}/stages/%24default`,
      path,
      `/v2/vpclinks/${link.vpcLinkId}`,
    ]) {
      expect([each, (await send('DELETE', each)).status < 300]).toEqual([each, true]);
      await expectGone(each);
    }
  });
});
