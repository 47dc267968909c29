import { describe, expect, it } from 'vitest';
import { lint } from '../../../../src/gateway/cloudformation/lint/lint.js';

const messages = (text: string) =>
  lint(text, { fileName: 't.yml' }).map(({ rule, severity, message }) => `${severity} ${rule}: ${message}`);

const uri = (fn: string) =>
  `!Sub 'arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/${fn}/invocations'`;

/** An API whose three routes share one function. */
const API = `Transform: AWS::Serverless-2016-10-31
Resources:
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: a, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}}
  Fn: {Type: AWS::Serverless::Function}
  Other: {Type: AWS::Lambda::Function, Properties: {FunctionName: other}}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Fn, Name: live}}
  Int: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: ${uri('${Fn.Arn}')}}}
  Connect: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: $connect, Target: !Sub 'integrations/\${Int}'}}
  Default: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: $default, Target: !Sub 'integrations/\${Int}'}}
  Send: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: send, Target: !Sub 'integrations/\${Int}'}}
  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: dev, AutoDeploy: true}}
`;

const permission = (more: string, name = 'Allow', fn = '!Ref Fn') =>
  `  ${name}: {Type: AWS::Lambda::Permission, Properties: {FunctionName: ${fn}, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com${more}}}\n`;

const from = (path: string) =>
  permission(
    `, SourceArn: !Sub 'arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:${path}'`,
  );

const denied = (routes: string, fn = 'Fn') => [
  `error no-permission: Int invokes ${fn}, and no AWS::Lambda::Permission allows it for ${routes}`,
];

describe('lint, about the permission to invoke a function', () => {
  it('misses it, with every route that needs it', () => {
    expect(messages(API)).toEqual(denied('$connect, $default, send'));
  });

  // a CDK integration that several routes shared had a permission for the first of them only
  it.each([
    ['the route that created a shared construct', '${Api}/*$connect', '$default, send'],
    ['one route of the stage', '${Api}/dev/$connect', '$default, send'],
    ['another stage', '${Api}/prod/*', '$connect, $default, send'],
    ['another API', 'abc123/*', '$connect, $default, send'],
    ['authorizers', '${Api}/authorizers/*', '$connect, $default, send'],
  ])('misses it where it is for %s', (_, path, routes) => {
    expect(messages(API + from(path))).toEqual(denied(routes));
  });

  it.each([
    ['another function', permission('', 'Allow', '!Ref Other')],
    ['an alias of the function', permission('', 'Allow', '!Ref Live')],
    ['another service', permission('').replace('apigateway.amazonaws.com', 's3.amazonaws.com')],
    ['another action', permission('').replace('lambda:InvokeFunction', 'lambda:GetFunction')],
    ['another source', permission(', SourceArn: arn:aws:s3:::bucket')],
  ])('misses it where it is for %s', (_, resource) => {
    expect(messages(API + resource)).toEqual(denied('$connect, $default, send'));
  });

  it.each([
    ['any source', permission('')],
    ['the API', from('${Api}/*')],
    ['every stage', from('${Api}/*/*')],
    ['the stage', from('${Api}/dev/*')],
    ['any API', from('*')],
    ['the ARN of the function', permission('', 'Allow', '!GetAtt Fn.Arn')],
    ['anyone', permission('').replace('apigateway.amazonaws.com', "'*'")],
    ['a source that only AWS knows', `${from('${Id}/*')}Parameters: {Id: {Type: String}}\n`],
    [
      'each route',
      ['$connect', '$default', 'send']
        .map((key, i) => from(`\${Api}/*${key}`).replace('Allow', `A${i}`))
        .join(''),
    ],
  ])('finds it where it is for %s', (_, resource) => {
    expect(messages(API + resource)).toEqual([]);
  });

  it('distinguishes the aliases of a function', () => {
    const text = API.replace(uri('${Fn.Arn}'), uri('${Live}'));
    expect(messages(text + permission(''))).toEqual(denied('$connect, $default, send', 'Fn:live'));
    expect(messages(text + permission('', 'Allow', '!Ref Live'))).toEqual([]);
  });

  it.each([
    [
      'the integration has a role',
      API.replace('AWS_PROXY,', 'AWS_PROXY, CredentialsArn: arn:aws:iam::123456789012:role/r,'),
    ],
    [
      'the function is in another template',
      API.replace('${Fn.Arn}', 'arn:aws:lambda:us-east-1:123456789012:function:f'),
    ],
    ['the function is named by a stage variable', API.replace('${Fn.Arn}', '${!stageVariables.fn}')],
    ['SAM adds it for a connector', `${API}  C: {Type: AWS::Serverless::Connector}\n`],
    [
      'SAM adds it for connectors of the API',
      API.replace('::Api, Properties', '::Api, Connectors: {C: {}}, Properties'),
    ],
  ])('does not need it if %s', (_, text) => {
    expect(messages(text)).toEqual([]);
  });

  it('needs it for an authorizer, too', () => {
    const authorizer = `  Auth: {Type: AWS::ApiGatewayV2::Authorizer, Properties: {ApiId: !Ref Api, Name: n, AuthorizerType: REQUEST, IdentitySource: [route.request.querystring.t], AuthorizerUri: ${uri('${Other.Arn}')}}}\n`;
    const text = API + permission('') + authorizer;
    expect(messages(text)).toEqual([
      'error no-permission: Auth invokes other, and no AWS::Lambda::Permission allows it',
    ]);
    const allowed = from('${Api}/authorizers/${Auth}').replace('Allow', 'A').replace('!Ref Fn', '!Ref Other');
    expect(messages(text + allowed)).toEqual([]);
    const role = authorizer.replace(
      'Name: n,',
      'Name: n, AuthorizerCredentialsArn: arn:aws:iam::123456789012:role/r,',
    );
    expect(messages(API + permission('') + role)).toEqual([]);
  });

  it('accepts the stage of the source if the stages are in another template', () => {
    const text = API.replace(/ {2}Stage: .*\n/, '');
    expect(messages(text + from('${Api}/prod/*'))).toEqual([]);
  });
});
