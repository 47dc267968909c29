import { describe, expect, it } from 'vitest';
import { lint } from '../../../../src/gateway/cloudformation/lint/lint.js';

const messages = (text: string) =>
  lint(text, { fileName: 't.yml' }).map(({ rule, severity, message }) => `${severity} ${rule}: ${message}`);

/** An HTTP API whose function has no permission yet, and a timeout. */
const API = (key = 'GET /books/{id}', uri = '!GetAtt Fn.Arn', timeout = 'Timeout: 30') => `
Resources:
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: a, ProtocolType: HTTP}}
  Fn: {Type: AWS::Lambda::Function, Properties: {${timeout}}}
  Int:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: !Ref Api, IntegrationType: AWS_PROXY, PayloadFormatVersion: '2.0', IntegrationUri: ${uri}}
  Route: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: '${key}', Target: !Sub 'integrations/\${Int}'}}
  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: $default, AutoDeploy: true}}
`;

const LONG_URI =
  "!Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations'";

const allowing = (source: string) =>
  `  Allow: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref Fn, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com, SourceArn: !Sub 'arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:${source}'}}\n`;

describe('lint of the functions of an HTTP API', () => {
  it.each(['!GetAtt Fn.Arn', LONG_URI])(
    'finds no permission for the route, with the URI %s (H6.02)',
    (uri) => {
      expect(messages(API('GET /books', uri))).toEqual([
        'error no-permission: Int invokes Fn, and no AWS::Lambda::Permission allows it for GET /books',
      ]);
    },
  );

  it.each([
    ['GET /books', '${Api}/*'],
    ['GET /books', '${Api}/*/*/books'],
    ['GET /books', '${Api}/$default/GET/books'],
    ['ANY /books', '${Api}/*/GET/books'],
    ['$default', '${Api}/*/*'],
    ['$default', '${Api}/$default/$default'],
    ['GET /books/{id}', '${Api}/*/GET/books/*'],
  ])('accepts for %s the permission for %s (H2.19)', (key, source) => {
    expect(messages(API(key) + allowing(source))).toEqual([]);
  });

  it.each([
    ['GET /books', '${Api}/*/POST/books'],
    ['GET /books', '${Api}/*/*/authors'],
    ['GET /books', '${Api}/prod/*'],
    ['GET /books', 'other/*'],
  ])('does not accept for %s the permission for %s', (key, source) => {
    expect(messages(API(key) + allowing(source))).toHaveLength(1);
  });

  it('hints that the function may run longer than the integration waits (H10.07)', () => {
    const text = API('GET /books', '!GetAtt Fn.Arn', 'Timeout: 31') + allowing('${Api}/*');
    expect(messages(text)).toEqual(['hint function-timeout: Fn may run for 31 s, and Int waits for 30 s']);
    const shorter = text
      .replace('Timeout: 31', 'Timeout: 6')
      .replace("'2.0'", "'2.0', TimeoutInMillis: 5000");
    expect(messages(shorter)).toEqual(['hint function-timeout: Fn may run for 6 s, and Int waits for 5 s']);
    expect(messages(text.replace('Timeout: 31', 'Timeout: 30'))).toEqual([]);
  });
});
