import assert from 'node:assert/strict';
import {
  DeleteApiCommand,
  ExportApiCommand,
  GetAuthorizersCommand,
  GetIntegrationsCommand,
  GetRoutesCommand,
  ImportApiCommand,
  ReimportApiCommand,
  type ReimportApiCommandInput,
} from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { ApiUnderTest } from './api-under-test.js';

type Json = Readonly<Record<string, unknown>>;

const createHttpApi = async () =>
  ApiUnderTest.create({ api: { ProtocolType: 'HTTP', RouteSelectionExpression: undefined } });

const definition = (members: Json): Json => ({
  openapi: '3.0.1',
  info: { title: 'conformance', version: '1.0' },
  paths: {},
  ...members,
});

const PROXY = {
  type: 'http_proxy',
  httpMethod: 'GET',
  uri: 'https://books.example/pets',
  payloadFormatVersion: '1.0',
};

const operation = (integration: unknown, members: Json = {}): Json => ({
  responses: { default: { description: 'any' } },
  'x-amazon-apigateway-integration': integration,
  ...members,
});

/** ReimportApi, which needs no API of its own. */
const reimport = async (
  { control, apiId: ApiId }: ApiUnderTest,
  source: Json | string,
  options: Partial<ReimportApiCommandInput> = {},
) =>
  control.send(
    new ReimportApiCommand({
      ApiId,
      Body: typeof source === 'string' ? source : JSON.stringify(source),
      ...options,
    }),
  );

async function routesOf({ control, apiId: ApiId }: ApiUnderTest) {
  const { Items = [] } = await control.send(new GetRoutesCommand({ ApiId }));
  return Items.toSorted((a, b) => ((a.RouteKey ?? '') < (b.RouteKey ?? '') ? -1 : 1));
}

const routeKeys = async (api: ApiUnderTest) => (await routesOf(api)).map(({ RouteKey }) => RouteKey);

async function integrationsOf({ control, apiId: ApiId }: ApiUnderTest) {
  return (await control.send(new GetIntegrationsCommand({ ApiId }))).Items ?? [];
}

async function exported({ control, apiId: ApiId }: ApiUnderTest, options: Json = {}): Promise<string> {
  const { body } = await control.send(
    new ExportApiCommand({ ApiId, Specification: 'OAS30', OutputType: 'JSON', ...options }),
  );
  return new TextDecoder().decode(body);
}

describe('H12.16 a definition is imported [documented]', () => {
  it('as a new API', async () => {
    await using api = await createHttpApi();
    const created = await api.control.send(
      new ImportApiCommand({
        Body: JSON.stringify(definition({ paths: { '/pets': { get: operation(PROXY) } } })),
      }),
    );
    assert(created.ApiId !== undefined);
    expect(created).toMatchObject({ Name: 'conformance', ProtocolType: 'HTTP', Version: '1.0' });
    await api.control.send(new DeleteApiCommand({ ApiId: created.ApiId }));
  });

  it('over an API, whose earlier routes are gone', async () => {
    await using api = await createHttpApi();
    await reimport(api, definition({ paths: { '/a': { get: operation(PROXY) } } }));
    await reimport(api, definition({ paths: { '/b': { get: operation(PROXY) } } }));
    expect(await routeKeys(api)).toEqual(['GET /b']);
  });

  it('from YAML', async () => {
    await using api = await createHttpApi();
    await reimport(
      api,
      `
openapi: 3.0.1
info: { title: conformance, version: '1.0' }
paths:
  /pets:
    get:
      responses: {}
      x-amazon-apigateway-integration:
        type: http_proxy
        httpMethod: GET
        uri: https://books.example
        payloadFormatVersion: '1.0'
`,
    );
    expect(await routeKeys(api)).toEqual(['GET /pets']);
  });

  it('with its base path by default ignored, or prepended', async () => {
    await using api = await createHttpApi();
    const source = definition({
      servers: [{ url: 'https://a.example/{basePath}', variables: { basePath: { default: 'v1' } } }],
      paths: { '/pets': { get: operation(PROXY) } },
    });
    await reimport(api, source);
    expect(await routeKeys(api)).toEqual(['GET /pets']);
    await reimport(api, source, { Basepath: 'prepend' });
    expect(await routeKeys(api)).toEqual(['GET /v1/pets']);
  });
});

describe('H12.17 an import reports [documented]', () => {
  it('an info for what HTTP APIs ignore', async () => {
    await using api = await createHttpApi();
    const body = { content: { 'application/json': { schema: { type: 'object' } } } };
    const { ImportInfo, Warnings = [] } = await reimport(
      api,
      definition({ paths: { '/a': { post: operation(PROXY, { requestBody: body }) } } }),
    );
    expect(ImportInfo?.length).toBeGreaterThan(0);
    expect(Warnings).toEqual([]);
    expect(await routeKeys(api)).toEqual(['POST /a']);
  });

  it('a warning for an integration of the type AWS, which is skipped', async () => {
    await using api = await createHttpApi();
    const integration = { ...PROXY, type: 'AWS', uri: api.target.functionArn };
    const source = definition({ paths: { '/a': { get: operation(integration) } } });
    expect((await reimport(api, source)).Warnings?.length).toBeGreaterThan(0);
    expect(await integrationsOf(api)).toEqual([]);
    await expect(reimport(api, source, { FailOnWarnings: true })).rejects.toMatchObject({
      name: 'BadRequestException',
      message: expect.stringMatching(/^Warnings found during import:/),
    });
  });

  it('a warning for $default without a slash [observed] serverless-application-model#2297', async () => {
    await using api = await createHttpApi();
    const any = { 'x-amazon-apigateway-any-method': operation(PROXY, { isDefaultRoute: true }) };
    const { Warnings } = await reimport(api, definition({ paths: { $default: any } }));
    expect(Warnings).toEqual([expect.stringContaining('Resource $default should start with /')]);
    expect(await routeKeys(api)).toEqual(['$default']);
  });

  it.each([
    ['Swagger 2.0', { swagger: '2.0', info: { title: 'a', version: '1' }, paths: {} }],
    [
      'two requirements of an operation',
      definition({
        paths: { '/a': { get: operation(PROXY, { security: [{ one: [] }, { two: [] }] }) } },
        components: {
          securitySchemes: Object.fromEntries(
            ['one', 'two'].map((name) => [
              name,
              {
                type: 'apiKey',
                name: 'Authorization',
                in: 'header',
                'x-amazon-apigateway-authtype': 'awsSigv4',
              },
            ]),
          ),
        },
      }),
    ],
  ])('an error for %s', async (_, source) => {
    await using api = await createHttpApi();
    await expect(reimport(api, source)).rejects.toMatchObject({ name: 'BadRequestException' });
  });
});

describe('H12.18 operations become routes [documented]', () => {
  it('with upper-case methods, ANY and $default', async () => {
    await using api = await createHttpApi();
    await reimport(
      api,
      definition({
        paths: {
          '/pets/{id}': { get: operation(PROXY), put: operation(PROXY) },
          '/{proxy+}': { 'x-amazon-apigateway-any-method': operation(PROXY) },
          '/$default': { 'x-amazon-apigateway-any-method': operation(PROXY, { isDefaultRoute: true }) },
        },
      }),
    );
    expect(await routeKeys(api)).toEqual(['$default', 'ANY /{proxy+}', 'GET /pets/{id}', 'PUT /pets/{id}']);
  });
});

describe('H12.19 the extensions [documented]', () => {
  it('describe an integration', async () => {
    await using api = await createHttpApi();
    const integration = {
      ...PROXY,
      type: 'HTTP_PROXY',
      connectionType: 'INTERNET',
      timeoutInMillis: 5000,
      requestParameters: { 'append:header.a': '$request.header.b' },
      responseParameters: { 200: { 'append:header.c': 'd' } },
    };
    await reimport(api, definition({ paths: { '/a': { get: operation(integration) } } }));
    expect(await integrationsOf(api)).toMatchObject([
      {
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'GET',
        IntegrationUri: PROXY.uri,
        ConnectionType: 'INTERNET',
        PayloadFormatVersion: '1.0',
        TimeoutInMillis: 5000,
        RequestParameters: { 'append:header.a': '$request.header.b' },
        ResponseParameters: { 200: { 'append:header.c': 'd' } },
      },
    ]);
  });

  it('share an integration of the components', async () => {
    await using api = await createHttpApi();
    const shared = operation({ $ref: '#/components/x-amazon-apigateway-integrations/pets' });
    await reimport(
      api,
      definition({
        paths: { '/a': { get: shared }, '/b': { get: shared } },
        components: { 'x-amazon-apigateway-integrations': { pets: PROXY } },
      }),
    );
    const targets = (await routesOf(api)).map(({ Target }) => Target);
    expect(new Set(targets).size).toBe(1);
    expect(await integrationsOf(api)).toHaveLength(1);
  });

  it('describe a Lambda authorizer, and IAM', async () => {
    await using api = await createHttpApi();
    const iam = {
      type: 'apiKey',
      name: 'Authorization',
      in: 'header',
      'x-amazon-apigateway-authtype': 'awsSigv4',
    };
    const lambda = {
      type: 'apiKey',
      name: 'Unused',
      in: 'header',
      'x-amazon-apigateway-authorizer': {
        type: 'request',
        identitySource: '$request.header.Authorization,$context.routeKey',
        authorizerUri: api.functionUri,
        authorizerPayloadFormatVersion: '2.0',
        authorizerResultTtlInSeconds: 60,
        enableSimpleResponses: true,
      },
    };
    await reimport(
      api,
      definition({
        paths: {
          '/iam': { get: operation(PROXY, { security: [{ iam: [] }] }) },
          '/lambda': { get: operation(PROXY, { security: [{ lambda: [] }] }) },
        },
        components: { securitySchemes: { iam, lambda } },
      }),
    );
    const { Items = [] } = await api.control.send(new GetAuthorizersCommand({ ApiId: api.apiId }));
    expect(Items).toMatchObject([
      {
        Name: 'lambda',
        AuthorizerType: 'REQUEST',
        IdentitySource: ['$request.header.Authorization', '$context.routeKey'],
        AuthorizerPayloadFormatVersion: '2.0',
        AuthorizerResultTtlInSeconds: 60,
        EnableSimpleResponses: true,
      },
    ]);
    expect(await routesOf(api)).toMatchObject([
      { RouteKey: 'GET /iam', AuthorizationType: 'AWS_IAM' },
      { RouteKey: 'GET /lambda', AuthorizationType: 'CUSTOM', AuthorizerId: Items[0]?.AuthorizerId },
    ]);
  });

  it('describe CORS, the endpoint and tags', async () => {
    await using api = await createHttpApi();
    const imported = await reimport(
      api,
      definition({
        tags: [{ name: 'Owner', 'x-amazon-apigateway-tag-value': 'Admin' }],
        servers: [
          {
            url: 'https://a.example',
            'x-amazon-apigateway-endpoint-configuration': { disableExecuteApiEndpoint: true },
          },
        ],
        'x-amazon-apigateway-cors': { allowOrigins: ['https://a.example'], maxAge: 60 },
        paths: { '/a': { get: operation(PROXY) } },
      }),
    );
    expect(imported).toMatchObject({
      CorsConfiguration: { AllowOrigins: ['https://a.example'], MaxAge: 60 },
      DisableExecuteApiEndpoint: true,
      Tags: { Owner: 'Admin' },
    });
  });
});

describe('H12.20 an authorizer that is refused [observed] aws-sam-cli#2410', () => {
  it('is a warning, and so is each of its routes, which are not created', async () => {
    await using api = await createHttpApi();
    const extension = { type: 'jwt', identitySource: '$request.header.Authorization', jwtConfiguration: {} };
    const { Warnings } = await reimport(
      api,
      definition({
        paths: { '/a': { post: operation(PROXY, { security: [{ jwt: [] }] }) } },
        components: {
          securitySchemes: { jwt: { type: 'oauth2', 'x-amazon-apigateway-authorizer': extension } },
        },
      }),
    );
    expect(Warnings).toEqual([
      expect.stringMatching(/^Unable to create Authorizer 'jwt': /),
      "Unable to put method 'POST' on resource at path '/a': Invalid authorizer definition. Setting the authorization type to JWT requires a valid authorizer. Ignoring.",
    ]);
    expect(await routeKeys(api)).toEqual([]);
  });
});

describe("H12.22 AWS's variables [documented]", () => {
  it('are replaced', async () => {
    await using api = await createHttpApi();
    const { region } = api.target;
    const uri = 'https://${AWS::Region}.books.example/${AWS::Partition}';
    await reimport(api, definition({ paths: { '/a': { get: operation({ ...PROXY, uri }) } } }));
    expect(await integrationsOf(api)).toMatchObject([
      { IntegrationUri: `https://${region}.books.example/aws` },
    ]);
  });
});

describe('H12.23 an API is exported [documented]', () => {
  const SOURCE = definition({
    paths: {
      '/pets/{id}': { get: operation(PROXY) },
      '/$default': { 'x-amazon-apigateway-any-method': operation(PROXY, { isDefaultRoute: true }) },
    },
  });

  it('as JSON, with its extensions', async () => {
    await using api = await createHttpApi();
    await reimport(api, SOURCE);
    expect(JSON.parse(await exported(api))).toMatchObject({
      openapi: '3.0.1',
      info: { title: 'conformance', version: '1.0' },
      paths: {
        '/pets/{id}': {
          get: { 'x-amazon-apigateway-integration': { ...PROXY, connectionType: 'INTERNET' } },
        },
        '/$default': { 'x-amazon-apigateway-any-method': { isDefaultRoute: true } },
      },
      'x-amazon-apigateway-importexport-version': '1.0',
    });
  });

  it('without extensions', async () => {
    await using api = await createHttpApi();
    await reimport(api, SOURCE);
    expect(await exported(api, { IncludeExtensions: false })).not.toContain('x-amazon-apigateway');
  });

  it('and imported again as it was', async () => {
    await using api = await createHttpApi();
    await reimport(api, SOURCE);
    const before = await exported(api);
    expect((await reimport(api, await exported(api, { OutputType: 'YAML' }))).Warnings ?? []).toEqual([]);
    expect(await exported(api)).toBe(before);
  });
});
