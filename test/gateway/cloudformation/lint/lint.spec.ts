import { describe, expect, it } from 'vitest';
import { lint } from '../../../../src/gateway/cloudformation/lint/lint.js';
import { type RuleId, RULES } from '../../../../src/gateway/cloudformation/lint/rules.js';
import { CHAT } from '../chat-template.js';

/** Marks the place of the expected finding in the replaced text. */
const MARK = '«';

/** The clean template with one part replaced, and the place of the mark. */
function plant(before: string, after: string, prepare = (text: string) => text) {
  if (!CHAT.includes(before)) throw new Error(`the template has no '${before}'`);
  const marked = prepare(CHAT.replace(before, () => after));
  const lines = marked.slice(0, marked.indexOf(MARK)).split('\n');
  return { text: marked.replace(MARK, ''), line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}

const findings = (text: string, parameters: Record<string, string> = {}) =>
  lint(text, { fileName: 'chat.yml', parameters: new Map(Object.entries(parameters)) });

const found = (text: string) =>
  findings(text).map(({ rule, severity, line, column }) => ({ rule, severity, line, column }));

interface Planted {
  readonly rule: RuleId;
  readonly what: string;
  readonly before: string;
  readonly after: string;
  readonly severity?: 'warning' | 'hint';
}

const MAPPED = '        integration.request.header.ConnectionId: context.connectionId\n';
const ONLY_MAPPED = `      RequestParameters:\n${MAPPED}\n`;
const POLICY = '!Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/${Stage}/*';
const resource = (tail: string) => `${MARK}arn:aws:execute-api:eu-central-1:123456789012:${tail}`;

/** A function that handles $default. */
const FUNCTION = `IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Fn.Arn}/invocations`;
const UPGRADE = `        integration.request.header.Sec-WebSocket-Version: "'0'"\n`;
const PROXY = /IntegrationType: HTTP_PROXY\n.*\n.*\/message\n.*\n.*\n/;

const PLANTED: readonly Planted[] = [
  {
    rule: 'no-permission',
    what: 'a function that API Gateway may not invoke',
    before: '  Message:\n',
    after: `  ${MARK}Message:\n`,
  },
  {
    rule: 'upgrade-headers',
    what: "the handshake's headers on $connect",
    before: '  Connect:\n',
    after: `  ${MARK}Connect:\n`,
    severity: 'hint',
  },
  {
    rule: 'template-key',
    what: 'a content type as the key of a template',
    before: '      TimeoutInMillis: 10000\n',
    after: `      RequestTemplates:\n        ${MARK}application/json: '{}'\n`,
    severity: 'warning',
  },
  {
    rule: 'connections-uri',
    what: 'an integration with @connections of no API',
    before: 'IntegrationUri: !Sub http://${NlbDnsName}/message',
    after: `IntegrationUri: ${MARK}!Sub arn:aws:apigateway:\${AWS::Region}:execute-api:path/@connections/{connectionId}`,
  },
  {
    rule: 'no-api',
    what: 'an API of SAM without its macro',
    before: 'Resources:\n  Api:\n',
    after: `Resources:\n  ${MARK}Chat:\n    Type: AWS::Serverless::WebSocketApi\n  Api:\n`,
    severity: 'warning',
  },
  {
    rule: 'no-connection-id',
    what: 'an HTTP backend that receives no connectionId',
    before: `  Message:\n`,
    after: `  ${MARK}Message:\n`,
  },
  {
    rule: 'v2-vpc-link',
    what: 'a VPC link of v2',
    before: 'ConnectionId: !Ref Link\n      TimeoutInMillis',
    after: `ConnectionId: ${MARK}!Ref V2\n      TimeoutInMillis`,
  },
  { rule: 'method-any', what: 'method ANY', before: 'POST', after: `${MARK}ANY`, severity: 'warning' },
  {
    rule: 'deployment-before-routes',
    what: 'a deployment that does not depend on a route',
    before:
      '  Deployment:\n    Type: AWS::ApiGatewayV2::Deployment\n    DependsOn: [ConnectRoute, MessageResponse]\n',
    after: `  ${MARK}Deployment:\n    Type: AWS::ApiGatewayV2::Deployment\n    DependsOn: [MessageResponse]\n`,
  },
  {
    rule: 'deployment-before-routes',
    what: 'a deployment that does not depend on a route response',
    before:
      '  Deployment:\n    Type: AWS::ApiGatewayV2::Deployment\n    DependsOn: [ConnectRoute, MessageResponse]\n',
    after: `  ${MARK}Deployment:\n    Type: AWS::ApiGatewayV2::Deployment\n    DependsOn: [ConnectRoute, MessageRoute]\n`,
    severity: 'warning',
  },
  {
    rule: 'connect-only-source',
    what: "the client's header on a message route",
    before: ONLY_MAPPED,
    after: `${ONLY_MAPPED.trimEnd()}\n        integration.request.header.Origin: ${MARK}route.request.header.Origin\n`,
  },
  {
    rule: 'undeclared-source',
    what: 'a query-string source that the route does not declare',
    before: 'integration.request.header.Token: route.request.querystring.token',
    after: `integration.request.header.Token: ${MARK}route.request.querystring.ticket`,
  },
  {
    rule: 'http-api-grammar',
    what: 'a destination of HTTP APIs',
    before: MAPPED,
    after: `${MAPPED}        ${MARK}overwrite:header.Stage: context.stage\n`,
  },
  {
    rule: 'http-api-grammar',
    what: 'a source of HTTP APIs',
    before: MAPPED,
    after: `${MAPPED}        integration.request.header.Stage: ${MARK}$context.stage\n`,
  },
  {
    rule: 'bad-mapping',
    what: 'a mapping that cannot be read',
    before: MAPPED,
    after: `${MAPPED}        ${MARK}integration.request.header.Stage: stage\n`,
  },
  {
    rule: 'selection-expression',
    what: 'a selection expression that cannot be read',
    before: 'RouteSelectionExpression: $request.body.action',
    after: `RouteSelectionExpression: ${MARK}$request.path`,
  },
  {
    rule: 'connections-policy',
    what: 'the documented resource without a wildcard',
    before: POLICY,
    after: resource('abc/dev/POST/@connections'),
  },
  {
    rule: 'connections-policy',
    what: 'a concrete connection id',
    before: POLICY,
    after: `["${resource('abc/dev/POST/@connections/L0SM9cOFvHcCIhw=')}"]`.replace(`"${MARK}`, `${MARK}"`),
  },
  {
    rule: 'connections-policy',
    what: 'a resource without the stage',
    before: POLICY,
    after: resource('abc/@connections/*'),
  },
  {
    rule: 'sub-eats-variable',
    what: 'an expression inside Fn::Sub',
    before: 'RouteSelectionExpression: $request.body.action',
    after: `RouteSelectionExpression: !Sub "a-${MARK}\${request.body.action}"`,
  },
  {
    rule: 'sub-eats-variable',
    what: 'a stage variable inside Fn::Sub',
    before: 'http://${NlbDnsName}/connect',
    after: `http://\${NlbDnsName}/${MARK}\${stageVariables.version}/connect`,
  },
  {
    rule: 'timeout-range',
    what: 'a timeout that is too long',
    before: 'TimeoutInMillis: 10000',
    after: `TimeoutInMillis: ${MARK}30000`,
  },
  {
    rule: 'template-size',
    what: 'a mapping template over 32 KB',
    before: 'TimeoutInMillis: 10000',
    after: `RequestTemplates:\n        ${MARK}$default: "${'x'.repeat(32 * 1024 + 1)}"`,
  },
  {
    rule: 'template-syntax',
    what: 'a mapping template with blocks that nothing closes',
    before: 'TimeoutInMillis: 10000',
    after: `RequestTemplates:\n        ${MARK}$default: "${'#if(1)'.repeat(3000)}"`,
  },
  {
    rule: 'route-key',
    what: 'a route key with $',
    before: 'RouteKey: $connect',
    after: `RouteKey: ${MARK}$join`,
  },
  {
    rule: 'no-route-response',
    what: 'a two-way route without a route response',
    before: 'RouteKey: $connect',
    after: `RouteKey: join\n      RouteResponseSelectionExpression: ${MARK}$default`,
  },
  {
    rule: 'identity-source',
    what: 'an identity source that never counts as present',
    before: '  Link:\n    Type: AWS::ApiGateway::VpcLink\n',
    after: `  Auth:\n    Type: AWS::ApiGatewayV2::Authorizer\n    Properties:\n      ApiId: !Ref Api\n      Name: auth\n      AuthorizerType: REQUEST\n      AuthorizerUri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations\n      IdentitySource: [route.request.header.Auth, ${MARK}context.eventType]\n  Link:\n    Type: AWS::ApiGateway::VpcLink\n`,
  },
  {
    rule: 'auto-deploy-with-deployment',
    what: 'AutoDeploy beside a deployment',
    before: 'DeploymentId: !Ref Deployment',
    after: `AutoDeploy: true\n      DeploymentId: ${MARK}!Ref Deployment`,
  },
  {
    rule: 'unknown-property',
    what: 'a misspelt property',
    before: 'TimeoutInMillis: 10000',
    after: `${MARK}TimeoutInMilis: 10000`,
  },
  {
    rule: 'unknown-property',
    what: 'a property that may be newer than the list',
    before: 'TimeoutInMillis: 10000',
    after: `${MARK}Colour: blue`,
    severity: 'warning',
  },
  {
    rule: 'missing-property',
    what: 'a resource that lacks a property',
    before: '  Link:\n    Type: AWS::ApiGateway::VpcLink\n    Properties:\n      Name: chat\n',
    after: `  ${MARK}Link:\n    Type: AWS::ApiGateway::VpcLink\n    Properties:\n`,
  },
  {
    rule: 'yaml-alias',
    what: 'a YAML alias',
    before: 'NlbArn:\n    Type: String\n',
    after: `NlbArn:\n    Type: &type String\n    Description: ${MARK}*type\n`,
    severity: 'warning',
  },
  {
    rule: 'refused',
    what: 'what only the control plane knows',
    before:
      '  MessageRoute:\n    Type: AWS::ApiGatewayV2::Route\n    Properties:\n      ApiId: !Ref Api\n      RouteKey: $default\n',
    after: `  ${MARK}MessageRoute:\n    Type: AWS::ApiGatewayV2::Route\n    Properties:\n      ApiId: !Ref Api\n      RouteKey: $default\n      OperationName: ${'x'.repeat(65)}\n`,
  },
  {
    rule: 'template',
    what: 'a reference to nothing',
    before: 'ApiId: !Ref Api\n      StageName',
    after: `ApiId: ${MARK}!Ref Apy\n      StageName`,
  },
  {
    rule: 'template',
    what: 'resources that wait for one another',
    before: '  Link:\n    Type: AWS::ApiGateway::VpcLink\n',
    after: `  ${MARK}Link:\n    Type: AWS::ApiGateway::VpcLink\n    DependsOn: Connect\n`,
  },
  {
    rule: 'zero-throttle',
    what: 'a limit of 0',
    severity: 'warning',
    before: '      DeploymentId: !Ref Deployment\n',
    after: `      DeploymentId: !Ref Deployment\n      DefaultRouteSettings: {ThrottlingRateLimit: ${MARK}0, ThrottlingBurstLimit: 5}\n`,
  },
  {
    rule: 'template',
    what: 'a file that is no YAML',
    before: 'Name: chat',
    after: `Name: ${MARK}@chat`,
  },
];

/** lint-http.spec.ts, lint-http-functions.spec.ts and openapi-body.spec.ts have a template that breaks each of them. */
const HTTP_RULES = [
  'http-mapping',
  'stage-in-path',
  'plain-to-tls-listener',
  'cloud-map-port',
  'load-balancer-arn',
  'v1-vpc-link',
  'payload-version',
  'function-timeout',
  'credentials-for-every-origin',
  'preflight-to-backend',
  'preflight-authorization',
  'undeployed-stage',
  'import-warning',
];

describe('lint', () => {
  it('finds nothing in a template that works on AWS', () => {
    expect(found(CHAT)).toEqual([]);
  });

  it('has a template that breaks each rule', () => {
    const rules = [...PLANTED.map(({ rule }) => rule), ...HTTP_RULES];
    expect(new Set(rules)).toEqual(new Set(Object.keys(RULES)));
  });

  it.each(PLANTED)(
    'names $what, with its line and column: $rule',
    ({ rule, before, after, severity = 'error' }) => {
      const { text, line, column } = plant(before, after, (marked) => prepared(rule, marked));
      expect(found(text)).toEqual([{ rule, severity, line, column }]);
    },
  );

  it('reports each finding with its place, reason and fix', () => {
    const { text } = plant('TimeoutInMillis: 10000', 'TimeoutInMillis: 30000');
    expect(findings(text)).toEqual([
      expect.objectContaining({
        message: 'Message has TimeoutInMillis 30000',
        reason: expect.stringContaining('29,000 ms') as string,
        see: expect.stringMatching(/^https:/) as string,
        fix: expect.stringContaining('TimeoutInMillis') as string,
      }),
    ]);
  });

  it('does not accept another variable as the connectionId', () => {
    const text = CHAT.replaceAll('context.connectionId', 'context.requestId');
    expect(found(text)).toMatchObject([{ rule: 'no-connection-id' }, { rule: 'no-connection-id' }]);
  });

  it('names the source if its case is wrong', () => {
    const [finding] = findings(CHAT.replaceAll('context.connectionId', 'context.connectionID'));
    expect(finding?.rule).toBe('no-connection-id');
    expect(finding?.message).toMatch(
      /: integration\.request\.header\.\w+ is mapped from context\.connectionID, did you mean context\.connectionId\?$/,
    );
  });

  it('does not require a connectionId from an integration without routes', () => {
    const text = CHAT.replaceAll('context.connectionId', 'context.requestId').replaceAll(
      /\n {6}Target: .*/g,
      '',
    );
    expect(found(text)).toEqual([]);
  });

  it('requires integration responses in the deployment, too', () => {
    const text = `${CHAT}
  Answer:
    Type: AWS::ApiGatewayV2::IntegrationResponse
    Properties: {ApiId: !Ref Api, IntegrationId: !Ref Message, IntegrationResponseKey: $default}
`;
    expect(findings(text)).toMatchObject([
      { rule: 'deployment-before-routes', message: 'Deployment does not depend on Answer' },
    ]);
  });

  it('reports the line of each variable that Fn::Sub replaces, in a text of several lines', () => {
    const template = `
      RequestTemplates:
        $default: !Sub |
          {"a": "\${request.body.a}", "again": "\${request.body.a}",
           "id": "\${context.connectionId}"}
`;
    const text = CHAT.replace('\n      TimeoutInMillis: 10000\n', () => template);
    const line = text.slice(0, text.indexOf('{"a"')).split('\n').length;
    expect(found(text)).toMatchObject([
      { rule: 'sub-eats-variable', line, column: 18 },
      { rule: 'sub-eats-variable', line, column: 48 },
      { rule: 'sub-eats-variable', line: line + 1, column: 19 },
    ]);
  });

  it('accepts a connectionId in a template of a non-proxy integration as a mapping', () => {
    const template = `IntegrationType: HTTP\n      TemplateSelectionExpression: \\$default\n      RequestTemplates: {$default: '{"id":"$context.connectionId"}'}`;
    const text = CHAT.replace(ONLY_MAPPED, '\n').replace(
      'IntegrationType: HTTP_PROXY\n      IntegrationMethod: POST\n      IntegrationUri: !Sub http://${NlbDnsName}/message',
      () =>
        `${template}\n      IntegrationMethod: POST\n      IntegrationUri: !Sub http://\${NlbDnsName}/message`,
    );
    expect(found(text)).toEqual([]);
  });

  it.each(['$request.body.type', '${request.body.type}', 'application/json'])(
    'accepts a content type as the key of a template that %s selects',
    (expression) => {
      const text = CHAT.replace(
        '      TimeoutInMillis: 10000\n',
        () =>
          `      TemplateSelectionExpression: ${expression}\n      RequestTemplates: {application/json: '{}'}\n`,
      );
      expect(found(text)).toEqual([]);
    },
  );

  it('only warns about a handshake source on an integration that $connect shares', () => {
    const text = CHAT.replace("!Join ['/', [integrations, !Ref Message]]", '!Sub integrations/${Connect}');
    expect(found(text)).toMatchObject([{ rule: 'connect-only-source', severity: 'warning' }]);
  });

  it('does not require dependencies of a deployment whose stage has AutoDeploy', () => {
    const text = CHAT.replace(
      'DependsOn: [ConnectRoute, MessageResponse]',
      'DependsOn: ConnectRoute',
    ).replace('DeploymentId: !Ref Deployment', 'AutoDeploy: true');
    expect(found(text)).toEqual([]);
  });

  it('follows dependencies through resources of unknown types', () => {
    const text = CHAT.replace('DependsOn: [ConnectRoute, MessageResponse]', 'DependsOn: Ready').replace(
      '  TaskRole:',
      '  Ready:\n    Type: AWS::CloudFormation::WaitConditionHandle\n    DependsOn: [ConnectRoute, MessageResponse]\n  TaskRole:',
    );
    expect(found(text)).toEqual([]);
  });

  it.each([
    'abc/*',
    'abc/dev/*',
    'abc/*/POST/@connections/*',
    'abc/dev/*/@connections/*',
    '*',
    'abc/dev/POST/@connections/{connectionId}',
  ])('accepts the policy resource %s', (tail) => {
    const text = CHAT.replace(POLICY, () => `'arn:aws:execute-api:eu-central-1:123456789012:${tail}'`);
    expect(found(text)).toEqual([]);
  });

  it('accepts a statement with one resource that AWS allows', () => {
    const arn = 'arn:aws:execute-api:*:*:abc/dev';
    const text = CHAT.replace(POLICY, () => `['${arn}/POST/@connections', '${arn}/*']`);
    expect(found(text)).toEqual([]);
  });

  it('checks nothing that depends on a parameter without a value', () => {
    const text = CHAT.replaceAll(/\n {4}Default: .*/g, '').replace(
      'TimeoutInMillis: 10000',
      'TimeoutInMillis: !Ref NlbArn',
    );
    expect(found(text)).toEqual([]);
  });

  it('accepts a VPC link of another template', () => {
    const text = CHAT.replaceAll('ConnectionId: !Ref Link', 'ConnectionId: !ImportValue link');
    expect(found(text)).toEqual([]);
    expect(findings(text, { link: 'abc123' })).toEqual([]);
  });

  it('checks the branch that a condition selects', () => {
    const text = CHAT.replace(
      '\nResources:',
      '\nConditions: {Slow: !Equals [!Ref NlbDnsName, slow]}\nResources:',
    ).replace('TimeoutInMillis: 10000', 'TimeoutInMillis: !If [Slow, 60000, 10000]');
    expect(found(text)).toEqual([]);
    const slow = findings(text, { NlbDnsName: 'slow' });
    expect(slow).toMatchObject([{ rule: 'timeout-range' }]);
  });

  it('matches a hostile wildcard pattern in linear time', () => {
    const text = CHAT.replace(POLICY, () => `'arn:aws:execute-api:*:*:abc/${'*a'.repeat(2000)}'`);
    expect(found(text)).toMatchObject([{ rule: 'connections-policy' }]);
  });
});

/** Other replacements that a template needs in order to break only one rule. */
function prepared(rule: RuleId, text: string): string {
  switch (rule) {
    case 'upgrade-headers':
      return text.replace(UPGRADE, '');
    case 'no-permission':
      return text
        .replace(PROXY, () => `${FUNCTION}\n`)
        .replace('  TaskRole:', '  Fn:\n    Type: AWS::Lambda::Function\n  TaskRole:');
    case 'connections-uri':
      return text
        .replace(/HTTP_PROXY(?=\n.*\n.*execute-api:path)/, 'AWS')
        .replace(
          /      ConnectionType: VPC_LINK\n      ConnectionId: !Ref Link\n(?=      TimeoutInMillis)/,
          '',
        );
    case 'no-connection-id':
      return text.replace(`      TimeoutInMillis: 10000\n${ONLY_MAPPED}`, '      TimeoutInMillis: 10000\n\n');
    case 'v2-vpc-link':
      return text.replace(
        '  TaskRole:',
        '  V2:\n    Type: AWS::ApiGatewayV2::VpcLink\n    Properties: {Name: v2, SubnetIds: [subnet-1]}\n  TaskRole:',
      );
    case 'no-route-response':
      return text
        .replace('        integration.request.header.Token: route.request.querystring.token\n', '')
        .replace(
          '      RequestParameters:\n        route.request.querystring.token: {Required: false}\n',
          '',
        );
    case 'route-key':
      return text.replace('        integration.request.header.Token: route.request.querystring.token\n', '');
    default:
      return text;
  }
}
