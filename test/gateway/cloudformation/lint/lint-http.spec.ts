import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BOOKS } from '../books-template.js';
import { lint } from '../../../../src/gateway/cloudformation/lint/lint.js';

const TEMPLATES = join(import.meta.dirname, '../../../support/http-api-templates');

const found = (text: string) =>
  lint(text, { fileName: 'http.yml' }).map(({ rule, severity, line }) => ({ rule, severity, line }));
const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split('\n').length;

const optionsRoute = (key: string, type: string) =>
  `  Options: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: '${key}', AuthorizationType: ${type}}}\n`;

const action = (version: string) => `
  Queue:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationSubtype: SQS-PurgeQueue
      CredentialsArn: arn:aws:iam::123456789012:role/sqs
      PayloadFormatVersion: '${version}'
      RequestParameters: {QueueUrl: https://sqs.example/q}
`;

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

  it.each([
    ['ANY /books', 'OPTIONS /books'],
    ['$default', 'OPTIONS /{proxy+}'],
  ])('finds preflights that %s requires to be signed (H3.03, H3.04)', (key, optionsKey) => {
    const text = BOOKS.replace('AuthorizationType: NONE', 'AuthorizationType: AWS_IAM').replace(
      'GET /books',
      key,
    );
    expect(found(text)).toMatchObject([{ rule: 'preflight-authorization', severity: 'warning' }]);
    expect(found(text + optionsRoute(optionsKey, 'NONE'))).toEqual([]);
  });

  it('finds a route for OPTIONS that requires authorization, also without a CorsConfiguration', () => {
    const text = BOOKS.replace(/ +CorsConfiguration.*\n/, '') + optionsRoute('OPTIONS /books', 'AWS_IAM');
    expect(found(text)).toMatchObject([{ rule: 'preflight-authorization', severity: 'warning' }]);
  });

  it.each(['ANY /books', '$default'])('hints that %s sends preflights to the backend (H3.03)', (key) => {
    const text = BOOKS.replace('GET /books', key);
    expect(found(text)).toEqual([
      { rule: 'preflight-to-backend', severity: 'hint', line: lineOf(text, '  Route:') },
    ]);
    expect(found(text.replace(/ +CorsConfiguration.*\n/, ''))).toEqual([]);
  });

  it.each([
    ['a route key without a method (H2.01)', 'RouteKey: GET /books', 'RouteKey: books'],
    ['a route key with a slash at the end (H2.03)', 'RouteKey: GET /books', 'RouteKey: GET /books/'],
    ['an integration that is not a proxy (H4.01)', 'IntegrationType: HTTP_PROXY', 'IntegrationType: HTTP'],
    ['a timeout over 30 s (H4.24)', 'ConnectionType: VPC_LINK', 'TimeoutInMillis: 30001'],
    ['a target of another kind (H5.02)', '!Ref Listener', 'https://books.example'],
    ['JWT without an authorizer (H9.15)', 'AuthorizationType: NONE', 'AuthorizationType: JWT'],
    ['an API key (H12.02)', 'AuthorizationType: NONE', 'ApiKeyRequired: true'],
  ])('reports what AWS refuses: %s', (_, good, bad) => {
    expect(found(BOOKS.replace(good, () => bad))).toMatchObject([{ rule: 'refused', severity: 'error' }]);
  });

  it('finds a load balancer instead of its listener, and names the listener (H5.02)', () => {
    const text = BOOKS.replace('IntegrationUri: !Ref Listener', 'IntegrationUri: !Ref Balancer');
    const [finding, ...others] = lint(text, { fileName: 'http.yml' });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      rule: 'load-balancer-arn',
      severity: 'error',
      line: lineOf(text, 'IntegrationUri'),
      fix: 'IntegrationUri: {Ref: Listener}',
    });
  });

  it('finds a VPC link of v1 (H5.01)', () => {
    const text = BOOKS.replace(
      'AWS::ApiGatewayV2::VpcLink, Properties: {Name: link, SubnetIds: [subnet-1]}',
      'AWS::ApiGateway::VpcLink, Properties: {Name: link, TargetArns: [arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/a/b]}',
    );
    expect(found(text)).toMatchObject([{ rule: 'v1-vpc-link', severity: 'error' }]);
  });

  it.each([
    ['HTTP_PROXY (H5.14)', BOOKS.replace("Version: '1.0'", "Version: '2.0'")],
    ['an action of a service (H7.06)', `${BOOKS}${action('2.0')}`],
  ])('finds payload 2.0 of %s', (_, text) => {
    expect(found(text)).toMatchObject([{ rule: 'payload-version', severity: 'error' }]);
    expect(found(`${BOOKS}${action('1.0')}`)).toEqual([]);
  });

  it('finds credentials for every origin (H3.11)', () => {
    const cors = (origins: string) =>
      BOOKS.replace(/AllowOrigins: \[.*\]/, `AllowCredentials: true, AllowOrigins: [${origins}]`);
    expect(found(cors("'*'"))).toMatchObject([{ rule: 'credentials-for-every-origin', severity: 'error' }]);
    expect(found(cors("'https://books.example'"))).toEqual([]);
  });

  it('finds a stage to which nothing is deployed (H1.06)', () => {
    const text = BOOKS.replace(', AutoDeploy: true', '');
    expect(found(text)).toEqual([
      { rule: 'undeployed-stage', severity: 'error', line: lineOf(text, '  Stage:') },
    ]);
    const of = (name: string) =>
      `  Deployment: {Type: AWS::ApiGatewayV2::Deployment, DependsOn: Route, Properties: {ApiId: !Ref Api${name}}}\n`;
    expect(found(`${text}${of(', StageName: !Ref Stage')}`)).toEqual([]);
    const pointed = text.replace('$default}', '$default, DeploymentId: !Ref Deployment}');
    expect(found(`${pointed}${of('')}`)).toEqual([]);
  });

  it('finds a deployment that may be created before the routes (H11.01)', () => {
    const text = `${BOOKS.replace('AutoDeploy: true', 'DeploymentId: !Ref Deployment')}  Deployment: {Type: AWS::ApiGatewayV2::Deployment, Properties: {ApiId: !Ref Api}}\n`;
    expect(found(text)).toMatchObject([{ rule: 'deployment-before-routes', severity: 'error' }]);
  });

  it('finds AutoDeploy with a deployment (H11.02)', () => {
    const text = BOOKS.replace('AutoDeploy: true', 'AutoDeploy: true, DeploymentId: abc123');
    expect(found(text)).toMatchObject([{ rule: 'auto-deploy-with-deployment', severity: 'error' }]);
  });

  it.each([
    ['a reserved header (H8.20)', 'append:header.Via', '$response.header.x'],
    ['a source of the request (H8.06)', 'append:header.x', '$request.header.y'],
    ['a key outside the grammar (H8.02)', 'overwrite:path', '/x'],
  ])('finds %s in a response mapping', (_, destination, source) => {
    const of = (key: string, value: string) =>
      BOOKS.replace(
        '      RequestParameters:\n',
        () =>
          `      ResponseParameters: {'200': {ResponseParameters: [{Destination: '${key}', Source: '${value}'}]}}\n      RequestParameters:\n`,
      );
    const text = of(destination, source);
    expect(found(text)).toEqual([
      { rule: 'http-mapping', severity: 'error', line: lineOf(text, 'ResponseParameters') },
    ]);
    expect(found(of('append:header.x', '$response.header.y'))).toEqual([]);
  });

  it("finds the API's form of response mappings, which CloudFormation refuses (H8.26)", () => {
    const text = BOOKS.replace(
      '      RequestParameters:\n',
      "      ResponseParameters: {'200': {'append:header.x': 'y'}}\n      RequestParameters:\n",
    );
    expect(found(text)).toEqual([
      { rule: 'http-mapping', severity: 'error', line: lineOf(text, 'ResponseParameters') },
    ]);
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
