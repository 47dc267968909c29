import { describe, expect, it } from 'vitest';
import { explain } from '../../../src/gateway/cloudformation/explain/explain.js';
import { lint } from '../../../src/gateway/cloudformation/lint/lint.js';
import { loadTemplate } from '../../../src/gateway/cloudformation/load-template.js';
import { requireApi } from '../../../src/gateway/cloudformation/unserved-apis.js';
import { ControlPlane } from '../../../src/gateway/control/control-plane.js';

// Templates as people and tools write them, each in the form that was judged wrongly before.

const SETTINGS = { fileName: 't.yml', region: 'eu-central-1', accountId: '123456789012' };

function load(text: string, parameters: Record<string, string> = {}) {
  const plane = new ControlPlane(SETTINGS);
  const report = loadTemplate(plane, text, { ...SETTINGS, parameters: new Map(Object.entries(parameters)) });
  const resources = plane.apis.get(report.apis[0]?.apiId ?? '');
  return {
    report,
    plane,
    api: resources?.api,
    integrations: [...(resources?.integrations.values() ?? [])],
    routes: [...(resources?.routes.values() ?? [])],
    stages: [...(resources?.stages.values() ?? [])],
  };
}

const found = (text: string) =>
  lint(text, SETTINGS).map(({ rule, severity, line }) => ({ rule, severity, line }));

const API = `  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: a, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
`;

/** A message route to an HTTP backend, and a stage. */
const SERVED = `${API}  Int:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: !Ref Api, IntegrationType: HTTP_PROXY, IntegrationMethod: POST, IntegrationUri: 'http://127.0.0.1:9000/m', RequestParameters: {integration.request.header.ConnectionId: context.connectionId}}
  Def:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: $default, Target: !Join [/, [integrations, !Ref Int]], ApiKeyRequired: no}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Api, StageName: dev, AutoDeploy: yes}
`;

describe('a template with the booleans of YAML 1.1', () => {
  const text = `Parameters:
  StageName: {Type: String, Default: on}
  Alb: {Type: AWS::SSM::Parameter::Value<String>, Default: /net/nlb/arn}
  Subs: {Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: /net/subs}
Resources:
${SERVED}`;

  it('is served, with their values', () => {
    const { routes, stages } = load(text);
    expect(routes).toMatchObject([{ ApiKeyRequired: false }]);
    expect(stages).toMatchObject([{ StageName: 'dev', AutoDeploy: true }]);
    expect(found(text)).toEqual([]);
  });

  it('has the text true where a text is meant, as on AWS', () => {
    const { routes, stages } = load(
      text
        .replace('RouteKey: $default', 'RouteKey: on')
        .replace('StageName: dev', 'StageName: !Ref StageName'),
    );
    expect(routes).toMatchObject([{ RouteKey: 'true' }]);
    expect(stages).toMatchObject([{ StageName: 'true' }]);
  });

  it('is refused if it is several documents', () => {
    const two = `${text}---\nResources: {A: {Type: "AWS::ApiGatewayV2::Api", Properties: {Name: b}}}\n`;
    expect(() => load(two)).toThrow('t.yml:18:1: a second YAML document begins here');
    expect(found(two)).toEqual([{ rule: 'template', severity: 'error', line: 18 }]);
  });
});

describe('a template with AWS::LanguageExtensions', () => {
  const text = `Transform: AWS::LanguageExtensions
Mappings: {Env: {prod: {Stage: prod}}}
Conditions: {IsProd: !Equals [!Ref AWS::StackName, prod]}
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    DeletionPolicy: !If [IsProd, Retain, Delete]
    Properties:
      Name: !Select [0, !Split ['-', !Select [2, !Split ['/', !Ref AWS::StackId]]]]
      ProtocolType: WEBSOCKET
      RouteSelectionExpression: $request.body.action
      Description: !FindInMap [Env, dev, Stage, DefaultValue: none]
      Tags: !If [IsProd, {a: b}, !Ref AWS::NoValue]
  Int:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: !Ref Api, IntegrationType: MOCK, TemplateSelectionExpression: '\\$default', RequestTemplates: {'$default': '{"statusCode":200}'}, Description: !Length [a, b]}
  Def:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: $default, Target: !Join [/, [integrations, !Ref Int]]}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Api, StageName: dev, AutoDeploy: true, StageVariables: {J: !ToJsonString {a: 1}}}
`;

  it('is served, with the values of its functions', () => {
    const served = text
      .replace('!ToJsonString {a: 1}', 'x')
      .replace('\'{"statusCode":200}\'', '!ToJsonString {statusCode: 200}');
    const { api, integrations } = load(served);
    expect(api).toMatchObject({ Name: '00000000', Description: 'none' });
    expect(integrations).toMatchObject([
      { Description: '2', RequestTemplates: { $default: '{"statusCode":200}' } },
    ]);
    expect(found(served)).toEqual([]);
  });

  it('is refused for the value of a function, as on AWS: a stage variable has no {', () => {
    expect(() => load(text)).toThrow(
      `t.yml:20:3: Stage (AWS::ApiGatewayV2::Stage): StageVariables['J'] is "{\\"a\\":1}"`,
    );
    expect(found(text)).toEqual([{ rule: 'refused', severity: 'error', line: 20 }]);
  });
});

describe('a template with parameters in the Parameter Store', () => {
  const text = `Parameters:
  NlbArn: {Type: AWS::SSM::Parameter::Value<String>, Default: /net/nlb/arn}
  Arns: {Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: /net/arns}
  Backend: {Type: AWS::SSM::Parameter::Value<String>, Default: /net/backend}
Resources:
  Link:
    Type: AWS::ApiGateway::VpcLink
    Properties: {Name: l, TargetArns: [!Ref NlbArn]}
  Link2:
    Type: AWS::ApiGateway::VpcLink
    Properties: {Name: l2, TargetArns: !Ref Arns}
${SERVED.replace("'http://127.0.0.1:9000/m'", "!Sub 'http://${Backend}/m', ConnectionType: VPC_LINK, ConnectionId: !Ref Link")}`;
  const arn = (name: string) =>
    `arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/${name}/0123456789abcdef`;

  it('says that the default is a path, where the value is used', () => {
    expect(() => load(text, { Arns: arn('b') })).toThrow(
      't.yml:8:40: the default of the parameter NlbArn, /net/nlb/arn, is the path of its value in the Parameter Store, which this gateway does not read; set --parameter NlbArn=VALUE',
    );
  });

  it('reads the values from --parameter', () => {
    const { plane, integrations } = load(text, { NlbArn: arn('a'), Arns: arn('b'), Backend: 'nlb.internal' });
    expect([...plane.vpcLinks.values()]).toMatchObject([
      { targetArns: [arn('a')] },
      { targetArns: [arn('b')] },
    ]);
    expect(integrations).toMatchObject([{ IntegrationUri: 'http://nlb.internal/m' }]);
  });

  it('works on AWS, which lint does not deny', () => {
    expect(found(text)).toEqual([]);
  });
});

describe('a template without an API that can be served', () => {
  const loadSet = (text: string, conditions = '') => {
    const options = { ...SETTINGS, parameters: new Map<string, string>() };
    const report = loadTemplate(new ControlPlane(SETTINGS), `${conditions}Resources:\n${text}`, options);
    requireApi([{ ...report, fileName: 't.yml' }]);
  };

  it.each([
    ['a REST API', '{Type: AWS::ApiGateway::RestApi}', 'is a REST API'],
    ['an API of SAM without its macro', '{Type: AWS::Serverless::WebSocketApi}', 'is a resource of SAM'],
    ['a nested stack', '{Type: AWS::CloudFormation::Stack}', 'is another template'],
  ])('is refused, with the reason: %s', (_, resource, reason) => {
    expect(() => loadSet(`  A: ${resource}\n`)).toThrow(reason);
    expect(found(`Resources:\n  A: ${resource}\n`)).toEqual([{ rule: 'no-api', severity: 'error', line: 2 }]);
  });

  it('is refused, with the reason: a condition that is not met', () => {
    const conditions = 'Conditions: {Never: !Equals [a, b]}\n';
    const text = API.replace('Properties:', 'Condition: Never\n    Properties:');
    expect(() => loadSet(text, conditions)).toThrow(
      'Api (AWS::ApiGatewayV2::Api) is not created, because its condition Never',
    );
    expect(found(`${conditions}Resources:\n${text}`)).toEqual([
      { rule: 'no-api', severity: 'error', line: 3 },
    ]);
  });

  it('is refused if it has nothing of API Gateway', () => {
    expect(() => loadSet('  Q: {Type: AWS::SQS::Queue}\n')).toThrow(
      't.yml:1:1: there is no API that this gateway can serve',
    );
    expect(found('Resources: {Q: {Type: AWS::SQS::Queue}}')).toEqual([
      { rule: 'no-api', severity: 'error', line: 1 },
    ]);
  });

  it('is not one with an HTTP API', () => {
    const text = '  A: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: a, ProtocolType: HTTP}}\n';
    expect(() => loadSet(text)).not.toThrow();
    expect(found(`Resources:\n${text}`)).toEqual([]);
  });

  it('is served beside another template with an API', () => {
    const other = { fileName: 'o.yml', apis: [], unserved: [{ at: { line: 1, column: 1 }, reason: 'r' }] };
    expect(() => requireApi([other, { ...other, apis: [{}] }])).not.toThrow();
    expect(() => requireApi([])).not.toThrow();
  });
});

describe('a template with an empty IntegrationUri on MOCK, as the CDK writes it', () => {
  it('is served', () => {
    const text = JSON.stringify({
      Resources: {
        Api: {
          Type: 'AWS::ApiGatewayV2::Api',
          Properties: {
            Name: 'a',
            ProtocolType: 'WEBSOCKET',
            RouteSelectionExpression: '$request.body.action',
          },
        },
        I: {
          Type: 'AWS::ApiGatewayV2::Integration',
          Properties: { ApiId: { Ref: 'Api' }, IntegrationType: 'MOCK', IntegrationUri: '' },
        },
        R: {
          Type: 'AWS::ApiGatewayV2::Route',
          Properties: {
            ApiId: { Ref: 'Api' },
            AuthorizationType: 'NONE',
            RouteKey: '$default',
            Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'I' }]] },
          },
        },
        S: {
          Type: 'AWS::ApiGatewayV2::Stage',
          Properties: { ApiId: { Ref: 'Api' }, AutoDeploy: true, DefaultRouteSettings: {}, StageName: 'dev' },
        },
      },
    });
    expect(load(text)).toMatchObject({ routes: [{ RouteKey: '$default' }], stages: [{ StageName: 'dev' }] });
    expect(found(text)).toEqual([]);
  });
});

describe('a template with ApiKeyRequired on $default', () => {
  it('is served', () => {
    const text = `Resources:\n${API}  R: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: $default, ApiKeyRequired: true}}
  S: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: s, AutoDeploy: true}}
`;
    expect(load(text).routes).toMatchObject([{ RouteKey: '$default', ApiKeyRequired: true }]);
    expect(found(text)).toEqual([]);
  });
});

describe('a mapping template in a template', () => {
  const withTemplate = (template: string, others = '') => `Resources:
${API}  I:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: HTTP
      IntegrationMethod: POST
      IntegrationUri: http://127.0.0.1:9000/x
      TemplateSelectionExpression: \\$default
      RequestTemplates:
        $default: ${template}
  R: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: x, Target: !Sub "integrations/\${I}"}}
  D: {Type: AWS::ApiGatewayV2::Deployment, DependsOn: [R], Properties: {ApiId: !Ref Api}}
  S: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: s, DeploymentId: !Ref D}}
${others}`;
  const request = (text: string) =>
    explain(text, { ...SETTINGS, parameters: new Map(), body: '{"action":"x"}' }).text;

  it('calculates with the epoch variables', () => {
    const text = withTemplate(`|
          #set($a = $context.requestTimeEpoch + 86400)
          #set($b = $context.requestTimeEpoch / 1000)
          #set($c = $context.connectedAt * 2)
          {"raw":"$context.requestTimeEpoch","a":"$a","b":"$b","c":"$c"}`);
    const [, raw, a, b, c] = /"raw":"(\d+)","a":"(\d+)","b":"(\d+)","c":"(\d+)"/.exec(request(text)) ?? [];
    const now = Number(raw);
    expect(now).toBeGreaterThan(1_700_000_000_000);
    expect([a, b, c].map(Number)).toEqual([now + 86_400, Math.floor(now / 1000), 2 * now]);
    // the backend receives no connectionId, which is only a message of lint
    expect(found(text)).toEqual([{ rule: 'no-connection-id', severity: 'error', line: 5 }]);
  });

  it('refers to resources by what Ref returns for each type', () => {
    const text = withTemplate(
      '!Sub "${M} | ${S} | ${Q} | ${T} | ${L} | ${F}"',
      `  M: {Type: AWS::StepFunctions::StateMachine}
  S: {Type: AWS::Serverless::StateMachine}
  Q: {Type: AWS::SQS::Queue}
  T: {Type: AWS::SNS::Topic}
  L: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}
  F: {Type: AWS::Lambda::Function}
`,
    ).replace('  S: {Type: AWS::ApiGatewayV2::Stage', '  St: {Type: AWS::ApiGatewayV2::Stage');
    expect(request(text)).toContain(
      [
        'arn:aws:states:eu-central-1:123456789012:stateMachine:M',
        'arn:aws:states:eu-central-1:123456789012:stateMachine:S',
        'https://sqs.eu-central-1.amazonaws.com/123456789012/Q',
        'arn:aws:sns:eu-central-1:123456789012:T',
        'arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/L/L',
        'F',
      ].join(' | '),
    );
  });
});
