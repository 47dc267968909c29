import assert from 'node:assert/strict';
import {
  CreateVpcLinkCommand,
  DeleteVpcLinkCommand,
  GetVpcLinkCommand,
  GetVpcLinksCommand,
  UpdateVpcLinkCommand,
} from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { type ApiUnderTest, startBackend } from './api-under-test.js';
import {
  badRequest,
  below,
  created,
  createHttpApi,
  createUrlIntegration,
  functionIntegration,
  type Json,
  operate,
  URL_INTEGRATION,
} from './http-control-under-test.js';
import { hasFunction, hasLoadBalancer, hasSubnets, isAws, isOwnStandIn, subnetIds } from './target.js';

const REQUEST_AUTHORIZER = (api: ApiUnderTest): Json => ({
  name: 'auth',
  authorizerType: 'REQUEST',
  authorizerUri: api.functionUri,
  authorizerPayloadFormatVersion: '2.0',
  identitySource: ['$request.header.Authorization'],
});

describe('H12 an HTTP API', () => {
  it('is created with the defaults of H12.03 [observed]', async () => {
    await using api = await createHttpApi();
    const { status, body } = await below(api, 'GET', '');
    const { createdDate, apiId, name, ...rest } = body;
    expect(status).toBe(200);
    expect([typeof createdDate, name]).toEqual(['string', 'conformance']);
    expect(apiId).toMatch(/^[a-z0-9]{10}$/);
    expect(rest).toEqual({
      apiEndpoint: `https://${api.apiId}.execute-api.${api.target.region}.amazonaws.com`,
      apiKeySelectionExpression: '$request.header.x-api-key',
      disableExecuteApiEndpoint: false,
      ipAddressType: 'ipv4',
      protocolType: 'HTTP',
      routeSelectionExpression: '$request.method $request.path',
      tags: {},
    });
  });

  it('accepts its fixed route selection expression, and no other (H12.03) [documented]', async () => {
    await using api = await createHttpApi({
      RouteSelectionExpression: '${request.method} ${request.path}',
    });
    const change = { routeSelectionExpression: '$request.body.action' };
    expect(await below(api, 'PATCH', '', change)).toMatchObject({ status: 400 });
  });

  it('is listed beside WebSocket APIs', async () => {
    await using api = await createHttpApi();
    const { body } = await operate(api, 'GET', '/v2/apis?maxResults=500');
    expect(body.items).toContainEqual(expect.objectContaining({ apiId: api.apiId, protocolType: 'HTTP' }));
  });

  it('is created with an integration, a route and a stage from a Target (H12.04) [documented]', async () => {
    await using api = await createHttpApi({ Target: 'https://books.example/v1' });
    const list = async (path: string) => (await below(api, 'GET', path)).body.items as readonly Json[];
    const [[integration], [route], [stage]] = await Promise.all([
      list('/integrations'),
      list('/routes'),
      list('/stages'),
    ]);
    expect(integration).toMatchObject({
      integrationType: 'HTTP_PROXY',
      integrationMethod: 'ANY',
      integrationUri: 'https://books.example/v1',
      payloadFormatVersion: '1.0',
      apiGatewayManaged: true,
    });
    expect(route).toMatchObject({
      routeKey: '$default',
      target: `integrations/${String(integration?.integrationId)}`,
      apiGatewayManaged: true,
    });
    expect(stage).toMatchObject({ stageName: '$default', autoDeploy: true, apiGatewayManaged: true });
    const routePath = `/routes/${String(route?.routeId)}`;
    expect((await below(api, 'PATCH', routePath, { routeKey: 'GET /' })).status).toBe(400);
  });

  it.runIf(isOwnStandIn)('is created with a function and a route key (H12.04) [documented]', async () => {
    const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:books';
    await using api = await createHttpApi({ Target: functionArn, RouteKey: 'GET /books' });
    const { body } = await below(api, 'GET', '/integrations');
    expect(body.items).toMatchObject([{ integrationType: 'AWS_PROXY', payloadFormatVersion: '2.0' }]);
    expect((await below(api, 'GET', '/routes')).body.items).toMatchObject([{ routeKey: 'GET /books' }]);
  });

  it.each(['models', 'routes/abc1234/routeresponses', 'integrations/abc1234/integrationresponses'])(
    'has no %s (H12.02) [documented]',
    async (path) => {
      await using api = await createHttpApi();
      expect((await below(api, 'POST', `/${path}`, {})).status).toBeGreaterThanOrEqual(400);
    },
  );
});

describe('H3 a CorsConfiguration', () => {
  const cors = {
    allowOrigins: ['https://a.example'],
    allowMethods: ['GET', '*'],
    allowHeaders: ['authorization'],
    exposeHeaders: ['x-y'],
    maxAge: 300,
    allowCredentials: true,
  };

  it('is returned, and deleted with 204 (H3.01, H3.17) [documented]', async () => {
    await using api = await createHttpApi();
    expect(await below(api, 'PATCH', '', { corsConfiguration: cors })).toMatchObject({
      status: 200,
      body: { corsConfiguration: cors },
    });
    expect((await below(api, 'DELETE', '/cors')).status).toBe(204);
    expect((await below(api, 'GET', '')).body).not.toHaveProperty('corsConfiguration');
  });

  it('with credentials for every origin is refused (H3.11) [observed]', async () => {
    await using api = await createHttpApi();
    const corsConfiguration = { ...cors, allowOrigins: ['*'] };
    expect(await below(api, 'PATCH', '', { corsConfiguration })).toMatchObject(
      badRequest(/allow-credentials is not supported if 'allow-origin' is \*/),
    );
  });

  it.each([-2, 86_401])('with a MaxAge of %i is refused (H3.01) [documented]', async (maxAge) => {
    await using api = await createHttpApi();
    expect(await below(api, 'PATCH', '', { corsConfiguration: { maxAge } })).toMatchObject({ status: 400 });
  });
});

describe('H2 and H12 a route', () => {
  it('has the defaults of H12.08 [observed]', async () => {
    await using api = await createHttpApi();
    const { integrationId } = await createUrlIntegration(api);
    const target = `integrations/${String(integrationId)}`;
    const { routeId, ...route } = await created(api, '/routes', { routeKey: 'GET /books/{id}', target });
    expect(routeId).toMatch(/^[a-z0-9]{7}$/);
    expect(route).toEqual({
      apiKeyRequired: false,
      authorizationType: 'NONE',
      routeKey: 'GET /books/{id}',
      target,
    });
  });

  it('with an invalid part is refused (H2.02) [observed]', async () => {
    await using api = await createHttpApi();
    expect(await below(api, 'POST', '/routes', { routeKey: 'GET /@connections/{id}' })).toMatchObject(
      badRequest(
        'One or more path parts appear to be invalid. Parts are validated against this regular expression: ^(\\{[\\w.:-]+\\+?\\}|[a-zA-Z0-9.:_-]+)$',
      ),
    );
  });

  it.each(['GET /books/', 'books', 'get /books', 'GET /{all+}/x'])(
    'with the key %j is refused (H2.01, H2.03, H2.04) [documented]',
    async (routeKey) => {
      await using api = await createHttpApi();
      expect(await below(api, 'POST', '/routes', { routeKey })).toMatchObject({ status: 400 });
    },
  );

  it('is refused a second time [documented]', async () => {
    await using api = await createHttpApi();
    await created(api, '/routes', { routeKey: 'GET /books' });
    expect(await below(api, 'POST', '/routes', { routeKey: 'GET /books' })).toMatchObject({ status: 409 });
  });

  it('with JWT and no authorizer of that type is refused (H9.15) [observed]', async () => {
    await using api = await createHttpApi();
    expect(
      await below(api, 'POST', '/routes', { routeKey: 'GET /a', authorizationType: 'JWT' }),
    ).toMatchObject(
      badRequest(
        'Invalid authorizer ID specified. Setting the authorization type to JWT requires a valid JWT authorizer.',
      ),
    );
  });

  it('keeps an integration from being deleted', async () => {
    await using api = await createHttpApi();
    const { integrationId } = await createUrlIntegration(api);
    await created(api, '/routes', { routeKey: '$default', target: `integrations/${String(integrationId)}` });
    expect((await below(api, 'DELETE', `/integrations/${String(integrationId)}`)).status).toBe(409);
  });
});

describe('H4 to H8 and H12 an integration', () => {
  it.runIf(hasFunction)('of a function has the defaults of H12.05 [observed]', async () => {
    await using api = await createHttpApi();
    const { integrationId, ...integration } = await created(api, '/integrations', functionIntegration(api));
    expect(integrationId).toMatch(/^[a-z0-9]{7}$/);
    expect(integration).toEqual({
      connectionType: 'INTERNET',
      integrationMethod: 'POST',
      integrationType: 'AWS_PROXY',
      integrationUri: api.target.functionArn,
      payloadFormatVersion: '2.0',
      timeoutInMillis: 30_000,
    });
  });

  it.each(['AWS', 'HTTP', 'MOCK'])(
    'of the type %s is refused (H4.01) [observed]',
    async (integrationType) => {
      await using api = await createHttpApi();
      expect(
        await below(api, 'POST', '/integrations', { ...URL_INTEGRATION, integrationType }),
      ).toMatchObject(
        badRequest(
          'Currently, an API with a protocol type of HTTP may only be associated with proxy integrations (AWS_PROXY, HTTP_PROXY)',
        ),
      );
    },
  );

  it.each<[string, Json]>([
    ['without a method (H5.13)', { integrationMethod: undefined }],
    ['with payload 2.0 (H5.14)', { payloadFormatVersion: '2.0' }],
    ['with a VPC link without an id (H12.06)', { connectionType: 'VPC_LINK' }],
    ['with a timeout under 50 ms (H12.07)', { timeoutInMillis: 49 }],
    ['with a timeout over 30 s (H12.07)', { timeoutInMillis: 30_001 }],
    ['with a reserved header (H8.20)', { requestParameters: { 'overwrite:header.Authorization': 'x' } }],
    ['with a reserved prefix (H8.20)', { requestParameters: { 'append:header.X-Amzn-A': 'x' } }],
    ['with a key outside the grammar (H8.03)', { requestParameters: { myKey: 'myValue' } }],
    [
      'with a reserved header in a response (H8.20)',
      { responseParameters: { 200: { 'remove:header.Content-Length': "''" } } },
    ],
    ['with a response status of 199 (H8.02)', { responseParameters: { 199: { 'append:header.x': 'y' } } }],
    [
      'with a source of the request in a response (H8.06)',
      { responseParameters: { 200: { 'append:header.x': '$request.header.y' } } },
    ],
    [
      'with a mapping over 512 characters (H8.13)',
      { requestParameters: { 'append:header.x': 'y'.repeat(513) } },
    ],
    ['with a request template (H12.02)', { requestTemplates: { $default: '' } }],
  ])('%s is refused [documented]', async (_, settings) => {
    await using api = await createHttpApi();
    expect(await below(api, 'POST', '/integrations', { ...URL_INTEGRATION, ...settings })).toMatchObject({
      status: 400,
    });
  });

  it.runIf(hasFunction)(
    'of a function without a payload version is refused (H6.03) [documented]',
    async () => {
      await using api = await createHttpApi();
      const { payloadFormatVersion: _, ...integration } = functionIntegration(api);
      expect((await below(api, 'POST', '/integrations', integration)).status).toBe(400);
    },
  );

  it.runIf(hasSubnets && hasLoadBalancer)(
    'through a VPC link leads to a listener or a Cloud Map service only (H5.02) [observed]',
    async () => {
      await using api = await createHttpApi();
      await using link = await createLink(api);
      const integration = { ...URL_INTEGRATION, connectionType: 'VPC_LINK', connectionId: link.id };
      const refused = { ...integration, integrationUri: api.target.loadBalancerArn };
      expect(await below(api, 'POST', '/integrations', refused)).toMatchObject(
        badRequest(
          'For VpcLink VPC_LINK, integration uri should be a valid ELB listener ARN or a valid Cloud Map service ARN.',
        ),
      );
    },
  );

  it('merges the maps of an update, and removes empty values (H8.12, H12.14) [documented]', async () => {
    await using api = await createHttpApi();
    const { integrationId } = await createUrlIntegration(api, {
      requestParameters: { 'append:header.a': '1', 'append:header.b': '2', 'remove:header.c': '' },
      responseParameters: { 200: { 'append:header.a': '1' }, 404: { 'append:header.b': '2' } },
    });
    const path = `/integrations/${String(integrationId)}`;
    const change = {
      requestParameters: { 'append:header.a': '', 'overwrite:path': '/x' },
      responseParameters: { 200: {}, 404: { 'append:header.c': '3' } },
    };
    expect((await below(api, 'PATCH', path, change)).body).toMatchObject({
      requestParameters: { 'append:header.b': '2', 'overwrite:path': '/x', 'remove:header.c': '' },
      responseParameters: { 404: { 'append:header.b': '2', 'append:header.c': '3' } },
    });
    const { body } = await below(api, 'GET', path);
    expect(body.requestParameters).not.toHaveProperty('append:header.a');
    expect(body.responseParameters).not.toHaveProperty('200');
  });

  const SQS = {
    integrationType: 'AWS_PROXY',
    integrationSubtype: 'SQS-SendMessage',
    credentialsArn: 'arn:aws:iam::000000000000:role/sqs',
    payloadFormatVersion: '1.0',
    requestParameters: { QueueUrl: 'https://sqs.example/q', MessageBody: '$request.body' },
  };

  it.runIf(isOwnStandIn)(
    'with a subtype has the parameters of the action (H7.01, H7.03) [documented]',
    async () => {
      await using api = await createHttpApi();
      expect(await created(api, '/integrations', SQS)).toMatchObject(SQS);
    },
  );

  it.each<[string, Json]>([
    ['an unknown subtype', { integrationSubtype: 'SQS-Nothing' }],
    ['a missing parameter', { requestParameters: { QueueUrl: 'q' } }],
    ['an unknown parameter', { requestParameters: { ...SQS.requestParameters, Other: 'x' } }],
    ['payload 2.0', { payloadFormatVersion: '2.0' }],
  ])('with a subtype and %s is refused (H7.04, H7.06) [observed]', async (_, settings) => {
    await using api = await createHttpApi();
    expect((await below(api, 'POST', '/integrations', { ...SQS, ...settings })).status).toBe(400);
  });
});

describe('H9 an authorizer', () => {
  it('of the type JWT has no settings of functions (H12.10) [observed]', async () => {
    await using api = await createHttpApi();
    const jwt = {
      name: 'jwt',
      authorizerType: 'JWT',
      identitySource: ['$request.header.Authorization'],
      jwtConfiguration: { audience: ['a1'], issuer: 'https://accounts.google.com' },
    };
    const { authorizerId, ...authorizer } = await created(api, '/authorizers', jwt);
    expect(authorizerId).toMatch(/^[a-z0-9]{6}$/);
    expect(authorizer).toEqual(jwt);
  });

  it.runIf(hasFunction)('of the type REQUEST has all three settings (H12.10) [observed]', async () => {
    await using api = await createHttpApi();
    const authorizer = await created(api, '/authorizers', REQUEST_AUTHORIZER(api));
    expect(authorizer).toMatchObject({ authorizerPayloadFormatVersion: '2.0', enableSimpleResponses: false });
    expect(authorizer).toHaveProperty('authorizerResultTtlInSeconds');
  });

  it.each<[Json, string]>([
    [
      { authorizerPayloadFormatVersion: undefined },
      'AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer',
    ],
    [{ authorizerPayloadFormatVersion: '3.0' }, 'AuthorizerPayloadFormatVersion 3.0 is not supported'],
    [
      { authorizerPayloadFormatVersion: '1.0', enableSimpleResponses: true },
      'EnableSimpleResponses can only be set for AuthorizerPayloadFormatVersion "2.0".',
    ],
    [
      { authorizerResultTtlInSeconds: -1 },
      'Authorizer result TTL outside allowable range. TTL must be between 0 and 3600 seconds.',
    ],
    [
      { authorizerResultTtlInSeconds: 3601 },
      'Authorizer result TTL outside allowable range. TTL must be between 0 and 3600 seconds.',
    ],
    [
      { authorizerResultTtlInSeconds: 60, identitySource: [] },
      'Identity source must be set if authorizer caching is enabled (TTL is greater than 0)',
    ],
    [
      { identitySource: ['method.request.header.Authorization'] },
      'Invalid identity source expression: method.request.header.Authorization. The source must be a request header, request querystring, stage variable or context parameter',
    ],
    [
      { authorizerType: 'TOKEN' },
      'Invalid authorizer type. Only JWT authorizer type is supported on HTTP protocol Apis.',
    ],
  ])('with %j is refused (H9.16) [observed]', async (settings, message) => {
    await using api = await createHttpApi();
    expect(
      await below(api, 'POST', '/authorizers', { ...REQUEST_AUTHORIZER(api), ...settings }),
    ).toMatchObject(badRequest(message));
  });

  it('with an issuer that is not https is refused (H9.14) [observed]', async () => {
    await using api = await createHttpApi();
    expect(
      await below(api, 'POST', '/authorizers', {
        name: 'jwt',
        authorizerType: 'JWT',
        identitySource: ['$request.header.Authorization'],
        jwtConfiguration: { audience: ['a'], issuer: 'http://issuer.example' },
      }),
    ).toMatchObject({ status: 400 });
  });

  it.runIf(isAws)('with an issuer that cannot be reached is refused (H9.13) [observed]', async () => {
    await using api = await createHttpApi();
    const { status, body } = await below(api, 'POST', '/authorizers', {
      name: 'jwt',
      authorizerType: 'JWT',
      identitySource: ['$request.header.Authorization'],
      jwtConfiguration: { audience: ['a'], issuer: 'https://issuer.invalid' },
    });
    expect(status).toBe(400);
    expect(body.message).toMatch(/Issuer must have a valid discovery endpoint/);
  });

  it('has no cache of an unknown stage (H9.33) [observed]', async () => {
    await using api = await createHttpApi();
    await created(api, '/stages', { stageName: 'dev' });
    expect((await below(api, 'DELETE', '/stages/dev/cache/authorizers')).status).toBe(204);
    expect((await below(api, 'DELETE', '/stages/none/cache/authorizers')).status).toBe(404);
  });
});

describe('H11 a stage', () => {
  it('has the defaults of H11.03 [observed]', async () => {
    await using api = await createHttpApi();
    const { createdDate, lastUpdatedDate, ...stage } = await created(api, '/stages', { stageName: 'dev' });
    expect([typeof createdDate, typeof lastUpdatedDate]).toEqual(['string', 'string']);
    expect(stage).toEqual({
      autoDeploy: false,
      defaultRouteSettings: { detailedMetricsEnabled: false },
      routeSettings: {},
      stageName: 'dev',
      stageVariables: {},
      tags: {},
    });
  });

  it('may be called $default (H11.04) [documented]', async () => {
    await using api = await createHttpApi();
    expect(await created(api, '/stages', { stageName: '$default' })).toMatchObject({ stageName: '$default' });
  });

  it.each(['$other', 'a b', 'a'.repeat(129)])(
    'may not be called %s (H11.04) [documented]',
    async (stageName) => {
      await using api = await createHttpApi();
      expect((await below(api, 'POST', '/stages', { stageName })).status).toBe(400);
    },
  );

  it.each<Json>([{ loggingLevel: 'INFO' }, { dataTraceEnabled: true }])(
    'has no execution logs: %j (H11.10) [observed]',
    async (defaultRouteSettings) => {
      await using api = await createHttpApi();
      expect(await below(api, 'POST', '/stages', { stageName: 'dev', defaultRouteSettings })).toMatchObject(
        badRequest('Execution logs are not supported on protocolType HTTP'),
      );
    },
  );

  const arn = 'arn:aws:logs:us-east-1:000000000000:log-group:access';
  it.each<[Json, string | RegExp]>([
    [
      { destinationArn: arn, format: '$context.status' },
      "The following errors are found in Access Log Format: Access Log format must include either $context.requestId or $context.extendedRequestId : '$context.status'",
    ],
    [
      { destinationArn: arn, format: '$context.requestId\n$context.status' },
      /^The following errors are found in Access Log Format: Access Log format must be single line: /,
    ],
    [
      { destinationArn: arn, format: '$context.requestId $context.connectionId $context.nothing' },
      'The following context variables are not supported: [$context.connectionId, $context.nothing]',
    ],
    [
      { destinationArn: arn, format: '$context.requestId|$context.status' },
      'The following context variables are not supported: [$context.requestId|]',
    ],
    [{ destinationArn: arn }, 'Access Log value missing. Expected destinationArn and format.'],
  ])(
    'with the access log %j is refused (H11.11, H11.12, H11.13) [observed]',
    async (accessLogSettings, message) => {
      await using api = await createHttpApi();
      expect(await below(api, 'POST', '/stages', { stageName: 'dev', accessLogSettings })).toMatchObject(
        badRequest(message),
      );
    },
  );

  it.runIf(!isAws)('accepts an access log with every kind of variable (H11.14) [documented]', async () => {
    await using api = await createHttpApi();
    const format =
      '$context.requestId $context.authorizer.claims.sub $context.authorizer.tenant $context.identity.sourceIp $context.integration.status $context.resourcePath.';
    const accessLogSettings = { destinationArn: arn, format };
    expect(await created(api, '/stages', { stageName: 'dev', accessLogSettings })).toMatchObject({
      accessLogSettings,
    });
  });

  it('with AutoDeploy refuses an explicit deployment (H11.02) [documented]', async () => {
    await using api = await createHttpApi();
    await created(api, '/routes', { routeKey: '$default' });
    await created(api, '/stages', { stageName: '$default', autoDeploy: true });
    expect((await below(api, 'POST', '/deployments', { stageName: '$default' })).status).toBe(400);
  });

  it('is served what was deployed, and with AutoDeploy every change (H1.06, H11.01) [documented]', async () => {
    await using backend = await startBackend();
    await using api = await createHttpApi();
    const { integrationId } = await createUrlIntegration(api, { integrationUri: backend.publicUrl });
    await created(api, '/routes', { routeKey: '$default', target: `integrations/${String(integrationId)}` });
    await created(api, '/stages', { stageName: 'dev' });
    const url = api.target.callbackUrl(api.apiId, 'dev');
    expect((await fetch(`${url}/books`)).status).toBe(404);
    await created(api, '/deployments', { stageName: 'dev' });
    await eventually(api, async () => (await fetch(`${url}/books`)).status === 200);
    await below(api, 'PATCH', '/stages/dev', { autoDeploy: true });
    await below(api, 'PATCH', '', { disableExecuteApiEndpoint: true });
    // H1.16
    await eventually(api, async () => (await fetch(`${url}/books`)).status === 403);
  });
});

/** On AWS a deployment is served some time later; here at once. */
async function eventually(api: ApiUnderTest, isTrue: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + api.target.propagationMs;
  for (;;) {
    if (await isTrue()) return;
    if (Date.now() >= end) assert.fail('the stage does not serve the deployment');
  }
}

/** A v2 VPC link, deleted at the end. */
async function createLink({ control }: ApiUnderTest) {
  const link = await control.send(new CreateVpcLinkCommand({ Name: 'conformance', SubnetIds: subnetIds }));
  assert(link.VpcLinkId);
  const id = link.VpcLinkId;
  return {
    id,
    link,
    [Symbol.asyncDispose]: async () => {
      // a case may have deleted it, and an integration that has it is deleted later
      await control.send(new DeleteVpcLinkCommand({ VpcLinkId: id })).catch(() => undefined);
    },
  };
}

describe('H12.15 a v2 VPC link', () => {
  it.runIf(isOwnStandIn)('is created, read, renamed, listed and deleted [documented]', async () => {
    await using api = await createHttpApi();
    const { control } = api;
    await using fresh = await createLink(api);
    const { $metadata, CreatedDate, VpcLinkId, ...link } = fresh.link;
    expect($metadata.httpStatusCode).toBe(201);
    expect(CreatedDate).toBeInstanceOf(Date);
    expect(link).toMatchObject({
      Name: 'conformance',
      SecurityGroupIds: [],
      SubnetIds: ['subnet-1', 'subnet-2'],
      VpcLinkStatus: 'PENDING',
      VpcLinkVersion: 'V2',
    });
    const read = await control.send(new GetVpcLinkCommand({ VpcLinkId }));
    expect(read.VpcLinkStatus).toBe('AVAILABLE');
    const renamed = await control.send(new UpdateVpcLinkCommand({ VpcLinkId, Name: 'other' }));
    expect(renamed).toMatchObject({ Name: 'other', SubnetIds: ['subnet-1', 'subnet-2'] });
    const { Items } = await control.send(new GetVpcLinksCommand({}));
    expect(Items).toMatchObject([{ VpcLinkId, Name: 'other' }]);
    const deleted = await control.send(new DeleteVpcLinkCommand({ VpcLinkId }));
    expect(deleted.$metadata.httpStatusCode).toBe(202);
    await expect(control.send(new GetVpcLinkCommand({ VpcLinkId }))).rejects.toMatchObject({
      name: 'NotFoundException',
    });
  });

  it('needs subnets [documented]', async () => {
    await using api = await createHttpApi();
    expect(await operate(api, 'POST', '/v2/vpclinks', { name: 'link' })).toMatchObject({ status: 400 });
  });

  it.runIf(isOwnStandIn)('has tags, by its ARN', async () => {
    await using api = await createHttpApi();
    await using link = await createLink(api);
    const arn = encodeURIComponent(`arn:aws:apigateway:${api.target.region}::/vpclinks/${link.id}`);
    await operate(api, 'POST', `/v2/tags/${arn}`, { tags: { team: 'books' } });
    expect((await operate(api, 'GET', `/v2/tags/${arn}`)).body).toEqual({ tags: { team: 'books' } });
  });
});

describe('H1.15 an API mapping', () => {
  const DOMAIN = {
    domainName: 'books.example.com',
    domainNameConfigurations: [
      {
        certificateArn: `arn:aws:acm:us-east-1:000000000000:certificate/${crypto.randomUUID()}`,
        endpointType: 'REGIONAL',
      },
    ],
  };

  it.runIf(isOwnStandIn)('of an HTTP API may have several segments [documented]', async () => {
    await using api = await createHttpApi();
    await created(api, '/stages', { stageName: 'dev' });
    await operate(api, 'POST', '/v2/domainnames', DOMAIN);
    const mapping = { apiId: api.apiId, stage: 'dev', apiMappingKey: 'v1/orders' };
    const path = `/v2/domainnames/${DOMAIN.domainName}/apimappings`;
    expect(await operate(api, 'POST', path, mapping)).toMatchObject({ status: 201, body: mapping });
    for (const apiMappingKey of ['/v2', 'v2/', 'v2//a', 'a b']) {
      expect((await operate(api, 'POST', path, { ...mapping, apiMappingKey })).status).toBe(400);
    }
    await operate(api, 'DELETE', `/v2/domainnames/${DOMAIN.domainName}`);
  });

  it.runIf(isOwnStandIn)('of a WebSocket API cannot join those of HTTP APIs [documented]', async () => {
    await using api = await createHttpApi();
    await created(api, '/stages', { stageName: 'dev' });
    const other = await operate(api, 'POST', '/v2/apis', {
      name: 'chat',
      protocolType: 'WEBSOCKET',
      routeSelectionExpression: '$request.body.action',
    });
    const apiId = String(other.body.apiId);
    await operate(api, 'POST', `/v2/apis/${apiId}/stages`, { stageName: 'dev' });
    await operate(api, 'POST', '/v2/domainnames', DOMAIN);
    const path = `/v2/domainnames/${DOMAIN.domainName}/apimappings`;
    expect((await operate(api, 'POST', path, { apiId: api.apiId, stage: 'dev' })).status).toBe(201);
    const joining = { apiId, stage: 'dev', apiMappingKey: 'chat' };
    expect((await operate(api, 'POST', path, joining)).status).toBe(400);
    await operate(api, 'DELETE', `/v2/domainnames/${DOMAIN.domainName}`);
    await operate(api, 'DELETE', `/v2/apis/${apiId}`);
  });
});
