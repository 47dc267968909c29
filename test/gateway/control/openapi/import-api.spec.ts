import { describe, expect, it } from 'vitest';
import { definition, FUNCTION, FUNCTION_URI, imported, refusal, routeKeys } from './definitions.js';

const withIntegration = (integration: object, others: object = {}) =>
  definition({ paths: { '/a': { get: { 'x-amazon-apigateway-integration': integration } } }, ...others });

describe('an import creates the API', () => {
  it('with the settings of info, tags, servers and CORS', () => {
    const { resources } = imported(
      definition({
        info: { title: 'books', description: 'all of them', version: '2' },
        tags: [{ name: 'Owner', 'x-amazon-apigateway-tag-value': 'Admin' }, { name: 'Prod' }],
        servers: [
          {
            url: 'https://a',
            'x-amazon-apigateway-endpoint-configuration': { disableExecuteApiEndpoint: true },
          },
        ],
        'x-amazon-apigateway-cors': { allowOrigins: ['https://a.example'], maxAge: 60 },
      }),
    );
    expect(resources.api).toMatchObject({
      Name: 'books',
      ProtocolType: 'HTTP',
      Description: 'all of them',
      Version: '2',
      Tags: { Owner: 'Admin', Prod: '' },
      DisableExecuteApiEndpoint: true,
      CorsConfiguration: { AllowOrigins: ['https://a.example'], MaxAge: 60 },
    });
  });

  it('without stages and deployments (H12.21)', () => {
    const { resources } = imported(withIntegration(FUNCTION));
    expect([resources.stages.size, resources.deployments.size]).toEqual([0, 0]);
  });

  it('from YAML, in which 1.0 is a version', () => {
    const { resources } = imported(`
openapi: 3.0.1
info: { title: books, version: 1.0 }
paths:
  /a:
    get:
      x-amazon-apigateway-integration:
        { type: AWS_PROXY, httpMethod: POST, uri: '${FUNCTION_URI}', payloadFormatVersion: 1.0 }
`);
    expect(resources.api.Version).toBe('1.0');
    expect([...resources.integrations.values()]).toMatchObject([{ PayloadFormatVersion: '1.0' }]);
  });

  it("with AWS's variables replaced (H12.22)", () => {
    const uri = 'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:books';
    const { resources } = imported(withIntegration({ ...FUNCTION, uri }));
    expect([...resources.integrations.values()]).toMatchObject([{ IntegrationUri: FUNCTION_URI }]);
  });
});

describe('routes (H12.18)', () => {
  it('are the operations, ANY methods and $default', () => {
    const any = { 'x-amazon-apigateway-any-method': {} };
    const { resources } = imported(
      definition({
        paths: {
          '/': { get: {} },
          '/pets/{id}': { put: {}, delete: {}, parameters: [] },
          '/{proxy+}': any,
          '/$default': { 'x-amazon-apigateway-any-method': { isDefaultRoute: true } },
        },
      }),
    );
    expect(routeKeys(resources)).toEqual([
      'GET /',
      'PUT /pets/{id}',
      'DELETE /pets/{id}',
      'ANY /{proxy+}',
      '$default',
    ]);
  });

  it('include $default without a slash, with a warning that AWS has (SAM #2297)', () => {
    const { resources, messages } = imported(
      definition({ paths: { $default: { 'x-amazon-apigateway-any-method': { isDefaultRoute: true } } } }),
    );
    expect(routeKeys(resources)).toEqual(['$default']);
    expect(messages.warnings).toEqual([
      'Parse issue: attribute paths. Resource $default should start with /',
    ]);
  });

  it.each([
    ['ignore', ['GET /', 'GET /e', '$default']],
    ['prepend', ['GET /a/b/c', 'GET /a/b/c/e', '$default']],
    ['split', ['GET /b/c', 'GET /b/c/e', '$default']],
  ] as const)('have the base path by %s', (basePath, keys) => {
    const source = definition({
      servers: [{ url: 'https://x.example/{basePath}', variables: { basePath: { default: '/a/b/c' } } }],
      paths: {
        '/': { get: {} },
        '/e': { get: {} },
        '/$default': { 'x-amazon-apigateway-any-method': { isDefaultRoute: true } },
      },
    });
    expect(routeKeys(imported(source, { basePath }).resources)).toEqual(keys);
  });

  it('have the base path of a URL without variables', () => {
    const source = definition({ servers: [{ url: 'https://x.example/v1' }], paths: { '/e': { get: {} } } });
    expect(routeKeys(imported(source, { basePath: 'prepend' }).resources)).toEqual(['GET /v1/e']);
  });

  it('are left out with a warning if their path or method cannot be that of a route', () => {
    const { resources, messages } = imported(
      definition({
        paths: { '/a b': { get: {} }, '/c': { trace: {}, post: null }, d: { get: {} }, '/e': null },
      }),
    );
    expect(routeKeys(resources)).toEqual([]);
    expect(messages.warnings).toEqual([
      expect.stringMatching(
        /^Unable to put method 'GET' on resource at path '\/a b': One or more path parts/,
      ),
      "Unable to put method 'TRACE' on resource at path '/c': HTTP APIs have no such method. Ignoring.",
      "Unable to put method 'POST' on resource at path '/c': it is not an object. Ignoring.",
      'Parse issue: attribute paths. Resource d should start with /',
      "Parse issue: paths['/e'] is not an object. Ignoring.",
    ]);
  });
});

describe('integrations (H12.19)', () => {
  it('have the members of the extension', () => {
    const { resources } = imported(
      withIntegration({
        type: 'HTTP_PROXY',
        httpMethod: 'get',
        uri: 'https://books.example/{id}',
        connectionType: 'internet',
        timeoutInMillis: 1000,
        requestParameters: { 'append:header.a': '$request.header.b' },
        responseParameters: { 200: { 'remove:header.c': "''" } },
      }),
    );
    expect([...resources.integrations.values()]).toMatchObject([
      {
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'GET',
        IntegrationUri: 'https://books.example/{id}',
        PayloadFormatVersion: '1.0',
        ConnectionType: 'INTERNET',
        TimeoutInMillis: 1000,
        RequestParameters: { 'append:header.a': '$request.header.b' },
        ResponseParameters: { 200: { 'remove:header.c': "''" } },
      },
    ]);
  });

  it('of components are shared', () => {
    const reference = {
      'x-amazon-apigateway-integration': { $ref: '#/components/x-amazon-apigateway-integrations/books' },
    };
    const { resources } = imported(
      definition({
        paths: { '/a': { get: reference, put: reference } },
        components: { 'x-amazon-apigateway-integrations': { books: FUNCTION } },
      }),
    );
    const [integration, ...others] = resources.integrations.keys();
    expect(others).toEqual([]);
    const target = `integrations/${integration}`;
    expect([...resources.routes.values()].map(({ Target }) => Target)).toEqual([target, target]);
  });

  it('of another type than a proxy are left out with a warning (H12.17)', () => {
    const { resources, messages } = imported(withIntegration({ ...FUNCTION, type: 'AWS' }));
    expect([...resources.routes.values()]).toMatchObject([{ RouteKey: 'GET /a' }]);
    expect(resources.integrations.size).toBe(0);
    expect(messages.warnings).toEqual([
      expect.stringMatching(
        /^Unable to put integration on 'GET' for resource at path '\/a': Currently, an API/,
      ),
    ]);
  });

  it('of a REST API lose what HTTP APIs do not have, which is an info', () => {
    const { messages } = imported(
      withIntegration({ ...FUNCTION, passthroughBehavior: 'never', responses: {} }),
    );
    expect(messages).toMatchObject({
      warnings: [],
      info: [expect.stringMatching(/passthroughBehavior, responses ignored/)],
    });
  });
});

describe('security', () => {
  const scheme = (extension: object, members: object = { type: 'oauth2' }) => ({
    components: { securitySchemes: { auth: { ...members, 'x-amazon-apigateway-authorizer': extension } } },
  });
  const JWT = {
    type: 'jwt',
    identitySource: '$request.header.Authorization',
    jwtConfiguration: { issuer: 'https://issuer.example', audience: ['books'] },
  };
  const protectedBy = (security: unknown, members: object) =>
    definition({ paths: { '/a': { get: { security } } }, ...members });

  it('is a JWT authorizer with scopes', () => {
    const { resources } = imported(protectedBy([{ auth: ['read'] }], scheme(JWT)));
    expect([...resources.authorizers.values()]).toMatchObject([
      {
        Name: 'auth',
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: { Issuer: 'https://issuer.example', Audience: ['books'] },
      },
    ]);
    const [id] = resources.authorizers.keys();
    expect([...resources.routes.values()]).toMatchObject([
      { AuthorizationType: 'JWT', AuthorizerId: id, AuthorizationScopes: ['read'] },
    ]);
  });

  it('has its issuer from the openIdConnectUrl (H12.20)', () => {
    const { resources } = imported(
      protectedBy(
        [{ auth: [] }],
        scheme(
          { ...JWT, jwtConfiguration: { audience: ['books'] } },
          {
            type: 'openIdConnect',
            openIdConnectUrl: 'https://issuer.example/.well-known/openid-configuration',
          },
        ),
      ),
    );
    expect([...resources.authorizers.values()]).toMatchObject([
      { JwtConfiguration: { Issuer: 'https://issuer.example' } },
    ]);
  });

  it('is a Lambda authorizer with several identity sources', () => {
    const authorizerUri = `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${FUNCTION_URI}/invocations`;
    const { resources } = imported(
      protectedBy(
        [{ auth: [] }],
        scheme({
          type: 'request',
          identitySource: '$request.header.a, $context.routeKey',
          authorizerUri,
          authorizerPayloadFormatVersion: 2.0,
          authorizerResultTtlInSeconds: '60',
          enableSimpleResponses: true,
        }),
      ),
    );
    expect([...resources.authorizers.values()]).toMatchObject([
      {
        AuthorizerType: 'REQUEST',
        AuthorizerUri: authorizerUri,
        IdentitySource: ['$request.header.a', '$context.routeKey'],
        AuthorizerPayloadFormatVersion: '2.0',
        AuthorizerResultTtlInSeconds: 60,
        EnableSimpleResponses: true,
      },
    ]);
    expect([...resources.routes.values()]).toMatchObject([{ AuthorizationType: 'CUSTOM' }]);
  });

  it.each([
    [
      'a security scheme',
      {
        components: {
          securitySchemes: { auth: { type: 'apiKey', 'x-amazon-apigateway-authtype': 'awsSigv4' } },
        },
      },
      { security: [{ auth: [] }] },
    ],
    ['the operation', {}, { 'x-amazon-apigateway-auth': { type: 'AWS_IAM' } }],
  ])('is IAM by %s', (_, members, operation) => {
    const { resources } = imported(definition({ paths: { '/a': { get: operation } }, ...members }));
    expect([...resources.routes.values()]).toMatchObject([{ AuthorizationType: 'AWS_IAM' }]);
  });

  it('of the definition holds for operations without their own', () => {
    const { resources } = imported(
      definition({
        security: [{ auth: [] }],
        paths: { '/a': { get: {} }, '/b': { get: { security: [] } } },
        ...scheme(JWT),
      }),
    );
    expect([...resources.routes.values()].map((route) => route.AuthorizationType)).toEqual(['JWT', 'NONE']);
  });

  it('that cannot be created leaves no open route (aws-sam-cli#2410)', () => {
    const { resources, messages } = imported(
      protectedBy([{ auth: [] }], scheme({ ...JWT, jwtConfiguration: { audience: ['books'] } })),
    );
    expect(routeKeys(resources)).toEqual([]);
    expect(messages.warnings).toEqual([
      expect.stringMatching(/^Unable to create Authorizer 'auth': .*\. Ignoring\.$/),
      "Unable to put method 'GET' on resource at path '/a': Invalid authorizer definition. Setting the authorization type to JWT requires a valid authorizer. Ignoring.",
    ]);
  });

  it('by a scheme without an authorizer leaves no open route', () => {
    const { resources, messages } = imported(
      protectedBy([{ auth: [] }], {
        components: { securitySchemes: { auth: { type: 'http', scheme: 'bearer' } } },
      }),
    );
    expect(routeKeys(resources)).toEqual([]);
    expect(messages.warnings).toHaveLength(1);
  });

  it('by NONE is no authorization, as SAM writes it', () => {
    const { resources } = imported(protectedBy([{ NONE: [] }], scheme(JWT)));
    expect([...resources.routes.values()]).toMatchObject([{ AuthorizationType: 'NONE' }]);
  });

  it.each([
    ['several requirements', [{ auth: [] }, { other: [] }]],
    ['several requirements at once', [{ auth: [], other: [] }]],
    ['an unknown scheme', [{ other: [] }]],
    ['another form', { auth: [] }],
  ])('with %s is an error (H12.17)', (_, security) => {
    expect(refusal(protectedBy(security, scheme(JWT)))).toMatch(
      /^Errors found during import:\n\tpaths\['\/a'\]\.get/,
    );
  });
});

describe('an import is refused', () => {
  it.each([
    ['Swagger 2.0', { swagger: '2.0', info: { title: 'a' }, paths: {} }, /OpenAPI 3\.0 only/],
    ['OpenAPI 3.1', definition({ openapi: '3.1.0' }), /'3\.1\.0'/],
    ['no version', { info: { title: 'a' }, paths: {} }, /openapi is missing/],
    ['no title', definition({ info: {} }), /info\.title is missing/],
    ['no paths', definition({ paths: undefined }), /paths is missing/],
    ['another algorithm', definition({ 'x-amazon-apigateway-importexport-version': '2.0' }), /must be 1\.0/],
    [
      'credentials for every origin',
      definition({ 'x-amazon-apigateway-cors': { allowOrigins: ['*'], allowCredentials: true } }),
      /allow-credentials/,
    ],
    ['text', 'hello', /not an object/],
    ['nothing', '', /not an object/],
    ['broken YAML', 'openapi: 3.0.1\ninfo: [', /line 2/],
    ['a duplicate key', 'openapi: 3.0.1\nopenapi: 3.0.2', /duplicate key 'openapi'/],
    ['an unknown anchor', 'openapi: *a', /line 1.*anchor|line 1.*alias/],
  ])('for %s', (_, source, message) => {
    expect(refusal(source)).toMatch(message);
  });

  it('for warnings that fail, and creates nothing', () => {
    const source = withIntegration({ ...FUNCTION, type: 'MOCK' });
    expect(refusal(source, { failOnWarnings: true })).toMatch(
      /^Warnings found during import:\n\tUnable to put integration/,
    );
  });
});
