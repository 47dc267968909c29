import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BOOKS } from '../books-template.js';
import { lint } from '../../../../src/gateway/cloudformation/lint/lint.js';

const TEMPLATES = join(import.meta.dirname, '../../../support/http-api-templates');

const found = (text: string) =>
  lint(text, { fileName: 'http.yml' }).map(({ rule, severity, line }) => ({ rule, severity, line }));
const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split('\n').length;

describe('lint of an HTTP API', () => {
  it('finds nothing in a good template', () => {
    expect(found(BOOKS)).toEqual([]);
  });

  it.each([
    ['a key outside the grammar', 'append:header.x', 'myKey'],
    ['a reserved header', 'append:header.x', 'append:header.Authorization'],
    ['a source outside the grammar', '$request.header.y', '$request.headers.y'],
    ['the grammar of WebSocket APIs', 'append:header.x', 'integration.request.header.x'],
  ])('finds %s', (_, good, bad) => {
    const text = BOOKS.replace(good, () => bad);
    expect(found(text)).toEqual([
      { rule: 'http-mapping', severity: 'error', line: lineOf(BOOKS, 'append:header.x') },
    ]);
  });

  it('finds a stage in the path of a private integration (H5.05)', () => {
    const text = BOOKS.replace('StageName: $default', () => 'StageName: dev');
    expect(found(text)).toEqual([
      { rule: 'stage-in-path', severity: 'warning', line: lineOf(text, '  Books:') },
    ]);
    const mapped = text.replace('append:header.x: $request.header.y', () => 'overwrite:path: $request.path');
    expect(found(mapped)).toEqual([]);
  });

  it.each(['Protocol: HTTPS', 'Protocol: TLS'])(
    'finds a listener with %s without TlsConfig (H5.03)',
    (tls) => {
      const text = BOOKS.replace('Protocol: HTTP}', `${tls}}`);
      expect(found(text)).toMatchObject([{ rule: 'plain-to-tls-listener', severity: 'warning' }]);
      const good = text.replace('  Route:', '      TlsConfig: {ServerNameToVerify: a.example}\n  Route:');
      expect(found(good)).toEqual([]);
    },
  );

  it('finds a Cloud Map service without SRV records (H5.10)', () => {
    const text = BOOKS.replace('IntegrationUri: !Ref Listener', 'IntegrationUri: !GetAtt Service.Arn');
    expect(found(text)).toEqual([]);
    expect(found(text.replace('Type: SRV', 'Type: A'))).toMatchObject([
      { rule: 'cloud-map-port', severity: 'warning' },
    ]);
  });

  it.each(['http://127.0.0.1:9000', 'http://issuer.example'])(
    'finds the issuer %s, which AWS refuses (H9.14)',
    (issuer) => {
      const authorizer = `  Jwt:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: jwt
      AuthorizerType: JWT
      IdentitySource: [$request.header.Authorization]
      JwtConfiguration: {Issuer: "${issuer}", Audience: [app]}
`;
      const text = BOOKS.replace('  Route:\n', `${authorizer}  Route:\n`);
      expect(found(text)).toMatchObject([{ rule: 'refused', severity: 'error' }]);
      expect(found(text.replace('http://', 'https://'))).toEqual([]);
    },
  );

  it('finds the function of a Lambda authorizer without a permission (H9.35)', () => {
    const text = `${BOOKS}
  Guard: {Type: AWS::Lambda::Function}
  Authorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: guard
      AuthorizerType: REQUEST
      AuthorizerPayloadFormatVersion: '2.0'
      IdentitySource: [$request.header.Authorization]
      AuthorizerUri: !Sub 'arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Guard.Arn}/invocations'
`;
    expect(found(text)).toMatchObject([{ rule: 'no-permission', line: lineOf(text, '  Authorizer:') }]);
    const permission = (source: string) => `  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Guard
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub 'arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/${source}'
`;
    expect(found(text + permission('authorizers/${Authorizer}'))).toEqual([]);
    expect(found(text + permission('*/GET/books'))).toMatchObject([{ rule: 'no-permission' }]);
  });

  it('finds a route that requires a signature of preflights (H3.03)', () => {
    const text = BOOKS.replace('AuthorizationType: NONE', 'AuthorizationType: AWS_IAM');
    expect(found(text)).toMatchObject([{ rule: 'preflight-authorization', severity: 'warning' }]);
    const options = `  Options: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: OPTIONS /books}}\n`;
    expect(found(text + options)).toEqual([]);
  });

  it.each([
    ['a load balancer instead of a listener (H5.02)', '!Ref Listener', '!Ref Balancer'],
    ['another payload than 1.0 (H5.14)', "Version: '1.0'", "Version: '2.0'"],
    ['a route key without a method (H2.01)', 'RouteKey: ANY /books', 'RouteKey: books'],
    ['an integration that is not a proxy (H4.01)', 'IntegrationType: HTTP_PROXY', 'IntegrationType: HTTP'],
    ['a timeout over 30 s (H4.24)', 'ConnectionType: VPC_LINK', 'TimeoutInMillis: 30001'],
  ])('reports what AWS refuses: %s', (_, good, bad) => {
    expect(found(BOOKS.replace(good, () => bad))).toMatchObject([{ rule: 'refused', severity: 'error' }]);
  });

  it.each([
    ['1-lambda.json', []],
    ['2-url.json', []],
    ['3-alb.json', []],
    ['3b-alb-custom.json', ['http-mapping']],
    ['4-nlb.json', []],
    ['5-cloudmap.json', ['cloud-map-port']],
    ['6-everything.json', ['preflight-authorization', 'preflight-authorization']],
  ])('of %s, which the CDK synthesises, finds %j', (name, rules) => {
    const text = readFileSync(join(TEMPLATES, name), 'utf8');
    expect(found(text).map(({ rule }) => rule)).toEqual(rules);
  });
});
