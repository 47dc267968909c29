import { describe, expect, it } from 'vitest';
import { explain } from '../../../../src/gateway/cloudformation/explain/explain.js';
import { lint } from '../../../../src/gateway/cloudformation/lint/lint.js';
import { expanded, loaded, sam, SETTINGS } from './expanded.js';

/** A function with events, each `name: properties` in YAML's flow form. */
const withEvents = (name: string, events: Readonly<Record<string, string>>, members = '') =>
  `  ${name}:
    Type: AWS::Serverless::Function
    ${members}
    Properties:
      Handler: app.handler
      Runtime: nodejs24.x
      CodeUri: src/
      Events:
${Object.entries(events)
  .map(([id, properties]) => `        ${id}: {Type: HttpApi${properties && `, Properties: ${properties}`}}\n`)
  .join('')}`;

const uriOf = (name: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${name}.Arn}/invocations`,
});

const integrationOf = (name: string) => ({
  type: 'aws_proxy',
  httpMethod: 'POST',
  payloadFormatVersion: '2.0',
  uri: uriOf(name),
});

const permissionOf = (name: string, api: string, route: string) => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: { Ref: name },
    Principal: 'apigateway.amazonaws.com',
    SourceArn: {
      'Fn::Sub': [
        `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${__ApiId__}/\${__Stage__}/${route}`,
        { __ApiId__: { Ref: api }, __Stage__: '*' },
      ],
    },
  },
});

const bodyOf = (text: string, api = 'Api') => expanded(text)[api]?.Properties.Body;

describe('the events of functions', () => {
  const IMPLICIT = sam(
    `Resources:\n${withEvents('Books', { Get: '{Path: "/books/{id}", Method: get}', Any: '{Path: /any, Method: ANY}' })}`,
  );

  it('without an ApiId belong to an API that SAM adds, with its stage and permissions (H13.13)', () => {
    const { Books, ...rest } = expanded(IMPLICIT);
    expect(Books?.Properties).not.toHaveProperty('Events');
    expect(rest).toEqual({
      ServerlessHttpApi: {
        Type: 'AWS::ApiGatewayV2::Api',
        Properties: {
          Body: {
            openapi: '3.0.1',
            info: { version: '1.0', title: { Ref: 'AWS::StackName' } },
            paths: {
              '/books/{id}': {
                get: {
                  'x-amazon-apigateway-integration': integrationOf('Books'),
                  responses: {},
                  parameters: [{ name: 'id', in: 'path', required: true }],
                },
              },
              '/any': {
                'x-amazon-apigateway-any-method': {
                  'x-amazon-apigateway-integration': integrationOf('Books'),
                  responses: {},
                },
              },
            },
            tags: [{ name: 'httpapi:createdBy', 'x-amazon-apigateway-tag-value': 'SAM' }],
          },
        },
      },
      ServerlessHttpApiApiGatewayDefaultStage: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: {
          ApiId: { Ref: 'ServerlessHttpApi' },
          StageName: '$default',
          AutoDeploy: true,
          Tags: { 'httpapi:createdBy': 'SAM' },
        },
      },
      BooksGetPermission: permissionOf('Books', 'ServerlessHttpApi', 'GET/books/*'),
      BooksAnyPermission: permissionOf('Books', 'ServerlessHttpApi', '*/any'),
    });
  });

  it('are served', () => {
    const { plane, report } = loaded(IMPLICIT);
    expect(report.apis).toMatchObject([{ logicalId: 'ServerlessHttpApi', stages: ['$default'] }]);
    const [api] = plane.httpApis();
    expect([...(api?.routes.values() ?? [])].map(({ RouteKey }) => RouteKey)).toEqual([
      'GET /books/{id}',
      'ANY /any',
    ]);
    expect([...(api?.integrations.values() ?? [])][0]?.IntegrationUri).toContain(
      'function:Books/invocations',
    );
  });

  it('are explained and linted', () => {
    const options = { ...SETTINGS, parameters: new Map<string, string>(), request: 'GET /books/7' };
    expect(explain(IMPLICIT, options)).toMatchObject({
      isSent: true,
      text: expect.stringContaining('"routeKey": "GET /books/{id}"'),
    });
    expect(lint(IMPLICIT, SETTINGS)).toEqual([]);
  });

  it('without a path and a method are the route $default, whose permission holds for all routes', () => {
    const resources = expanded(
      sam(`Resources:\n${withEvents('Books', { Get: '{Path: /books, Method: get}', All: '' })}`),
    );
    expect(resources).not.toHaveProperty('BooksGetPermission');
    expect(resources.BooksAllPermission).toEqual(permissionOf('Books', 'ServerlessHttpApi', '*'));
    expect(resources.ServerlessHttpApi?.Properties.Body).toMatchObject({
      paths: { $default: { 'x-amazon-apigateway-any-method': { isDefaultRoute: true } } },
    });
  });

  it('may set the timeout, the payload format version and the throttling of their route', () => {
    const { plane } = loaded(
      sam(
        `Resources:\n${withEvents('Books', {
          Get: "{Path: /books, Method: get, TimeoutInMillis: 5000, PayloadFormatVersion: '1.0', RouteSettings: {ThrottlingBurstLimit: 7}}",
        })}`,
      ),
    );
    const [api] = plane.httpApis();
    expect([...(api?.integrations.values() ?? [])]).toMatchObject([
      { TimeoutInMillis: 5000, PayloadFormatVersion: '1.0' },
    ]);
    expect(api?.stages.get('$default')?.RouteSettings).toEqual({ 'GET /books': { ThrottlingBurstLimit: 7 } });
  });

  it('name the alias that SAM publishes', () => {
    const text = sam(`Resources:\n${withEvents('Books', { Get: '{Path: /a, Method: get}' })}`);
    const body = bodyOf(
      text.replace('CodeUri:', 'AutoPublishAlias: live\n      CodeUri:'),
      'ServerlessHttpApi',
    );
    expect(JSON.stringify(body)).toContain('${Books.Arn}:live/invocations');
  });

  it('of a function whose condition is not met are left out', () => {
    const text = sam(
      `Conditions: {Never: !Equals [a, b]}\nResources:\n${
        withEvents('Books', { Get: '{Path: /a, Method: get}' }, 'Condition: Never') +
        withEvents('Papers', { Get: '{Path: /b, Method: get}' })
      }`,
    );
    const [api] = loaded(text).plane.httpApis();
    expect([...(api?.routes.values() ?? [])].map(({ RouteKey }) => RouteKey)).toEqual(['GET /b']);
  });

  it('of a REST API are reported as not served', () => {
    const text = sam(
      'Resources:\n  F: {Type: AWS::Serverless::Function, Properties: {Events: {A: {Type: Api, Properties: {Path: /a, Method: get}}}}}',
    );
    expect(lint(text, SETTINGS)).toMatchObject([
      { rule: 'no-api', message: expect.stringContaining('is a REST API') },
    ]);
  });

  it.each([
    [
      'of an API that is none',
      '{ApiId: !Ref Other, Path: /a, Method: get}',
      /valid reference to an 'AWS::Serverless::HttpApi'/,
    ],
    ['without a method', '{Path: /a}', /Method is missing/],
    ['without a path', '{Method: get}', /Path is missing/],
    [
      'with an authorizer of none',
      '{Path: /a, Method: get, Auth: {Authorizer: x}}',
      /wasn't defined in the API's Authorizers/,
    ],
    [
      'without authorization of an open API',
      '{Path: /a, Method: get, Auth: {Authorizer: NONE}}',
      /only a valid value when a DefaultAuthorizer/,
    ],
    [
      'with Auth of nothing',
      '{Path: /a, Method: get, Auth: {AuthorizationScopes: [a]}}',
      /requires either an explicit 'Authorizer'/,
    ],
  ])('%s are refused, with their place', (_, event, message) => {
    const text = sam(`Resources:\n${withEvents('Books', { Get: event })}  Other: {Type: AWS::SQS::Queue}\n`);
    expect(() => loaded(text)).toThrow(message);
    expect(() => loaded(text)).toThrow(/^sam\.yaml:11:/);
    expect(lint(text, SETTINGS)).toMatchObject([{ rule: 'template' }]);
  });

  it('with the same route twice are refused', () => {
    const text = sam(
      `Resources:\n${withEvents('A', { Get: '{Path: /a, Method: get}' })}${withEvents('B', { Get: '{Path: /a, Method: GET}' })}`,
    );
    expect(() => loaded(text)).toThrow(/defined multiple times for path '\/a'/);
  });
});

const API = (properties: string) =>
  `  Api:\n    Type: AWS::Serverless::HttpApi\n    Properties: ${properties}\n`;

const GET = { Get: '{ApiId: !Ref Api, Path: /a, Method: get}' };

describe('an AWS::Serverless::HttpApi', () => {
  it('has a stage of its name with settings, and !Ref Api.Stage is that stage', () => {
    const { plane } = loaded(
      sam(`Resources:
${API(`{StageName: Prod, StageVariables: {a: b}, Name: books, Description: all, DisableExecuteApiEndpoint: true,
      DefaultRouteSettings: {ThrottlingBurstLimit: 5, ThrottlingRateLimit: 2}, Tags: {c: d},
      AccessLogSettings: {DestinationArn: 'arn:aws:logs:eu-west-1:111122223333:log-group:a', Format: $context.requestId}}`)}${withEvents('Books', GET)}
  Domain:
    Type: AWS::ApiGatewayV2::DomainName
    Properties: {DomainName: a.example, DomainNameConfigurations: [{CertificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/a'}]}
  Mapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties: {ApiId: !Ref Api, DomainName: !Ref Domain, Stage: !Sub '\${Api.Stage}'}
`),
    );
    const [api] = plane.httpApis();
    expect(api?.api).toMatchObject({
      Name: 'books',
      Description: 'all',
      DisableExecuteApiEndpoint: true,
      Tags: { c: 'd', 'httpapi:createdBy': 'SAM' },
    });
    expect([...(api?.stages.values() ?? [])]).toMatchObject([
      {
        StageName: 'Prod',
        AutoDeploy: true,
        StageVariables: { a: 'b' },
        DefaultRouteSettings: { ThrottlingBurstLimit: 5, ThrottlingRateLimit: 2 },
        AccessLogSettings: { Format: '$context.requestId' },
        Tags: { c: 'd', 'httpapi:createdBy': 'SAM' },
      },
    ]);
    expect(plane.httpMapping('a.example', '/')).toMatchObject({ stage: 'Prod' });
  });

  it.each([
    ['Prod', 'ApiProdStage'],
    ['$default', 'ApiApiGatewayDefaultStage'],
    // SHA-1 of the name, as SAM does it
    ['my-stage', 'ApiStagea9d64949ee'],
  ])('calls the resource of the stage %s %s', (stage, logicalId) => {
    expect(expanded(sam(`Resources:\n${API(`{StageName: ${stage}}`)}`))).toHaveProperty([logicalId]);
  });

  it('keeps its DefinitionBody, and functions fill in what it lacks', () => {
    const text = sam(`Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        openapi: 3.0.1
        info: {title: books, version: 1.0}
        paths:
          /a:
            parameters: [{name: x, in: query}]
            post: {x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: https://a.example}}
            get: {operationId: own}
${withEvents('Books', { Post: '{ApiId: !Ref Api, Path: /a, Method: post}', ...GET })}`);
    expect(bodyOf(text)).toMatchObject({
      info: { title: 'books', version: '1.0' },
      paths: {
        '/a': {
          parameters: [{ name: 'x', in: 'query' }],
          post: { 'x-amazon-apigateway-integration': { type: 'http_proxy' } },
          get: { operationId: 'own', 'x-amazon-apigateway-integration': integrationOf('Books') },
        },
      },
    });
  });

  it('writes $default with a slash if warnings fail', () => {
    const text = sam(
      `Resources:\n${API('{FailOnWarnings: true}')}${withEvents('Books', { All: '{ApiId: !Ref Api}' })}`,
    );
    expect(Object.keys((bodyOf(text) as { paths: object }).paths)).toEqual(['/$default']);
    expect(loaded(text).report.importWarnings).toEqual([]);
  });

  it.each([
    ['true', { AllowOrigins: ['*'] }],
    ['!Ref Cors', { AllowOrigins: ['*'] }],
    [
      '{AllowOrigins: [https://a], AllowMethods: [GET], AllowHeaders: [b], ExposeHeaders: [c], MaxAge: 5, AllowCredentials: true}',
      {
        AllowOrigins: ['https://a'],
        AllowMethods: ['GET'],
        AllowHeaders: ['b'],
        ExposeHeaders: ['c'],
        MaxAge: 5,
        AllowCredentials: true,
      },
    ],
    ['!If [Never, true, !Ref AWS::NoValue]', undefined],
    ['false', undefined],
  ])('with CorsConfiguration: %s has CORS', (cors, expected) => {
    const text = sam(
      `Parameters: {Cors: {Type: String, Default: true}}\nConditions: {Never: !Equals [a, b]}\nResources:\n${API(`{CorsConfiguration: ${cors}}`)}`,
    );
    expect(loaded(text).plane.httpApis()[0]?.api.CorsConfiguration).toEqual(expected);
  });

  it('with a Domain has a domain name and mappings', () => {
    const { plane } = loaded(
      sam(
        `Resources:\n${API("{StageName: Prod, Domain: {DomainName: a.example, CertificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/a', BasePath: [/v1, b-c/d], Route53: {HostedZoneId: z}}}")}${withEvents('Books', GET)}`,
      ),
    );
    expect(plane.httpMapping('a.example', '/v1/x')).toMatchObject({ stage: 'Prod', basePath: 'v1' });
    expect(plane.httpMapping('a.example', '/b-c/d')).toMatchObject({ basePath: 'b-c/d' });
    expect(plane.httpMapping('a.example', '/')).toBeUndefined();
  });

  it('has the Globals for HTTP APIs, unless it ignores them', () => {
    const text = sam(`
Globals:
  HttpApi: {StageVariables: {a: global, b: global}, CorsConfiguration: {AllowHeaders: [x]}, Tags: {c: d}}
Resources:
${API('{StageVariables: {a: own}, CorsConfiguration: {AllowHeaders: [y]}}')}
  Other: {Type: AWS::Serverless::HttpApi, IgnoreGlobals: [Tags, StageVariables, CorsConfiguration]}
  Third: {Type: AWS::Serverless::HttpApi, IgnoreGlobals: '*'}
`);
    const resources = expanded(text);
    expect(resources.ApiApiGatewayDefaultStage?.Properties).toMatchObject({
      StageVariables: { a: 'own', b: 'global' },
      Tags: { c: 'd' },
    });
    expect(bodyOf(text)).toMatchObject({ 'x-amazon-apigateway-cors': { allowHeaders: ['x', 'y'] } });
    for (const api of ['Other', 'Third']) {
      expect(resources[`${api}ApiGatewayDefaultStage`]?.Properties).not.toHaveProperty('StageVariables');
    }
  });

  it('passes its condition to what belongs to it', () => {
    const text = sam(
      `Conditions: {Never: !Equals [a, b]}\nResources:\n${API('{Domain: {DomainName: a, CertificateArn: b}}').replace('Properties', 'Condition: Never\n    Properties')}`,
    );
    const { plane, report } = loaded(text);
    expect([plane.apis.size, plane.domainNames.size, report.created]).toEqual([0, 0, []]);
  });

  it.each([
    [
      '{DefinitionUri: api.yaml}',
      /does not expand the property DefinitionUri: write the definition into DefinitionBody/,
    ],
    ['{Unknown: a}', /does not expand the property Unknown: .* get-template/],
    ['{CorsConfiguration: {AllowOrigin: [a]}}', /Invalid key 'AllowOrigin' for 'Cors' property/],
    ['{Domain: {DomainName: a}}', /both DomainName and CertificateArn/],
    ['{Domain: {DomainName: a, CertificateArn: b, BasePath: ["/a b"]}}', /Invalid Basepath name/],
    ['{Auth: {DefaultAuthorizer: a}}', /'a' was not defined in 'Authorizers'/],
    ['{Auth: [a]}', /Auth must be an object/],
    [
      '{Name: a, DefinitionBody: {openapi: 3.0.1, info: {title: b}}}',
      /already defined within inline OpenAPI/,
    ],
  ])('with %s is refused', (properties, message) => {
    const text = sam(`Resources:\n${API(properties)}`);
    expect(() => loaded(text)).toThrow(message);
    expect(() => loaded(text)).toThrow(/^sam\.yaml:5:/);
  });
});

describe('the Auth of an AWS::Serverless::HttpApi', () => {
  const JWT = `jwt: {IdentitySource: $request.header.Authorization, AuthorizationScopes: [read],
        JwtConfiguration: {Issuer: https://issuer.example, Audience: [books]}}`;
  const LAMBDA = `lambda: {FunctionArn: !GetAtt Check.Arn, AuthorizerPayloadFormatVersion: 2.0, EnableSimpleResponses: true,
        EnableFunctionDefaultPermissions: true, FunctionInvokeRole: !GetAtt Role.Arn,
        Identity: {Headers: [a], QueryStrings: [b], StageVariables: [c], Context: [d], ReauthorizeEvery: 60}}`;
  const text = sam(`Resources:
${API(`{Auth: {DefaultAuthorizer: jwt, EnableIamAuthorizer: true, Authorizers: {${JWT}, ${LAMBDA}}}}`)}
  Check: {Type: AWS::Serverless::Function}
  Role: {Type: AWS::IAM::Role}
${withEvents('Books', {
  Preset: '{ApiId: !Ref Api, Path: /preset, Method: get}',
  Options: '{ApiId: !Ref Api, Path: /preset, Method: options}',
  Scopes: '{ApiId: !Ref Api, Path: /scopes, Method: get, Auth: {AuthorizationScopes: [write]}}',
  Open: '{ApiId: !Ref Api, Path: /open, Method: get, Auth: {Authorizer: NONE}}',
  Iam: '{ApiId: !Ref Api, Path: /iam, Method: get, Auth: {Authorizer: AWS_IAM}}',
  Lambda: '{ApiId: !Ref Api, Path: /lambda, Method: get, Auth: {Authorizer: lambda}}',
})}`);

  it('creates the authorizers', () => {
    const [api] = loaded(text).plane.httpApis();
    expect([...(api?.authorizers.values() ?? [])]).toMatchObject([
      {
        Name: 'jwt',
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: { Issuer: 'https://issuer.example', Audience: ['books'] },
      },
      {
        Name: 'lambda',
        AuthorizerType: 'REQUEST',
        IdentitySource: ['$request.header.a', '$request.querystring.b', '$stageVariables.c', '$context.d'],
        AuthorizerUri: expect.stringContaining('function:Check/invocations'),
        AuthorizerCredentialsArn: 'arn:aws:iam::111122223333:role/Role',
        AuthorizerPayloadFormatVersion: '2.0',
        AuthorizerResultTtlInSeconds: 60,
        EnableSimpleResponses: true,
      },
    ]);
  });

  it('protects the routes as their events say', () => {
    const [api] = loaded(text).plane.httpApis();
    const routes = [...(api?.routes.values() ?? [])].map((route) => [
      route.RouteKey,
      route.AuthorizationType,
      route.AuthorizationScopes,
    ]);
    expect(routes).toEqual([
      ['GET /preset', 'JWT', ['read']],
      ['OPTIONS /preset', 'NONE', undefined],
      ['GET /scopes', 'JWT', ['write']],
      ['GET /open', 'NONE', undefined],
      ['GET /iam', 'AWS_IAM', undefined],
      ['GET /lambda', 'CUSTOM', undefined],
    ]);
  });

  it('adds the permission that an authorizer asks for', () => {
    expect(expanded(text).ApilambdaAuthorizerPermission?.Properties).toMatchObject({
      FunctionName: { 'Fn::GetAtt': 'Check.Arn' },
    });
  });
});
