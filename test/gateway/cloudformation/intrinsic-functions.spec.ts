import { describe, expect, it } from 'vitest';
import { Stack } from '../../../src/gateway/cloudformation/stack.js';
import { readTemplate } from '../../../src/gateway/cloudformation/template.js';

const TEMPLATE = `
Parameters:
  Name: {Type: String, Default: chat}
  Zones: {Type: CommaDelimitedList, Default: 'a, b'}
  Account: {Type: Number, Default: 012}
Mappings:
  Sizes: {dev: {Ms: 5000, Nlb: !Ref Name}}
Conditions:
  IsChat: !Equals [!Ref Name, chat]
  IsOther: !Not [!Condition IsChat]
  IsBoth: !And [!Condition IsChat, !Condition IsOther]
  IsEither: {Fn::Or: [{Condition: IsChat}, {Condition: IsOther}]}
Resources:
  Api: {Type: AWS::ApiGatewayV2::Api}
  Nlb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: network, Name: edge}}
  Fn: {Type: AWS::Lambda::Function, Properties: {FunctionName: !Sub '\${Name}-authorizer'}}
  Sam: {Type: AWS::Serverless::Function}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Fn, Name: live}}
  Queue: {Type: AWS::SQS::Queue}
  Steps: {Type: AWS::StepFunctions::StateMachine}
  SamSteps: {Type: AWS::Serverless::StateMachine, Properties: {Name: flow}}
  Absent: {Type: AWS::SQS::Queue, Condition: IsOther}
  Subject:
    Type: Test
    Properties:
      Value: VALUE
`;

/** The value of a node, in a template with every kind of section. */
function evaluate(value: string, parameters: Record<string, string> = {}) {
  const stack = new Stack(
    readTemplate(
      TEMPLATE.replace('VALUE', () => value),
      't.yml',
    ),
    {
      parameters: new Map(Object.entries(parameters)),
      region: 'eu-central-1',
      accountId: '123456789012',
    },
  );
  const node = stack.template.resources.get('Subject')?.properties.get('Value')?.value;
  return node && stack.value(node);
}

describe('an intrinsic function', () => {
  it.each([
    // Ref
    ['!Ref Name', 'chat'],
    ['{Ref: Name}', 'chat'],
    ['!Ref Zones', ['a', 'b']],
    ['!Ref Account', '012'],
    ['!Ref AWS::Region', 'eu-central-1'],
    ['!Ref AWS::AccountId', '123456789012'],
    ['!Ref AWS::Partition', 'aws'],
    ['!Ref AWS::URLSuffix', 'amazonaws.com'],
    ['!Ref AWS::StackName', 'local'],
    // C17: both are ARNs
    ['!Ref Steps', 'arn:aws:states:eu-central-1:123456789012:stateMachine:Steps'],
    ['!Ref SamSteps', 'arn:aws:states:eu-central-1:123456789012:stateMachine:flow'],
    [
      '!Ref AWS::StackId',
      'arn:aws:cloudformation:eu-central-1:123456789012:stack/local/00000000-0000-0000-0000-000000000000',
    ],
    ['!Ref AWS::NoValue', undefined],
    ['[a, !Ref AWS::NoValue, b]', ['a', 'b']],
    ['{a: 1, b: !Ref AWS::NoValue}', { a: 1 }],
    // Fn::GetAtt, of resources that are not created here
    ['!GetAtt Nlb.DNSName', 'Nlb.elb.local'],
    ['!Ref Nlb', 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/edge/Nlb'],
    ['!GetAtt [Fn, Arn]', 'arn:aws:lambda:eu-central-1:123456789012:function:chat-authorizer'],
    ['{Fn::GetAtt: [Sam, Arn]}', 'arn:aws:lambda:eu-central-1:123456789012:function:Sam'],
    ['!Ref Live', 'arn:aws:lambda:eu-central-1:123456789012:function:chat-authorizer:live'],
    ['!Ref Queue', 'https://sqs.eu-central-1.amazonaws.com/123456789012/Queue'],
    ['!GetAtt Queue.Arn', 'arn:aws:sqs:eu-central-1:123456789012:Queue'],
    ['!GetAtt Api.ApiEndpoint', 'Api.ApiEndpoint'],
    // Fn::Sub
    ['!Sub "${Name}.${AWS::Region}"', 'chat.eu-central-1'],
    ['!Sub "http://${Nlb.DNSName}/x"', 'http://Nlb.elb.local/x'],
    ['!Sub "${!request.body.action}/${Name}"', '${request.body.action}/chat'],
    ['!Sub ["${a}-${Name}", {a: !Ref AWS::Region}]', 'eu-central-1-chat'],
    ['{Fn::Sub: "$request.body.action"}', '$request.body.action'],
    // Fn::Join, Fn::Split, Fn::Select
    ['!Join ["/", [a, !Ref Name, 1]]', 'a/chat/1'],
    ['!Join [",", !Ref Zones]', 'a,b'],
    ['!Split ["-", "a-b-c"]', ['a', 'b', 'c']],
    ['!Select [1, !Split ["-", "a-b-c"]]', 'b'],
    ['!Select ["0", [a, b]]', 'a'],
    // conditions
    ['!If [IsChat, a, b]', 'a'],
    ['!If [IsOther, a, !Ref AWS::NoValue]', undefined],
    ['!If [IsBoth, a, b]', 'b'],
    ['!If [IsEither, a, b]', 'a'],
    // the rest
    ['!FindInMap [Sizes, dev, Ms]', 5000],
    ['!FindInMap [Sizes, dev, Nlb]', 'chat'],
    ['{Fn::ImportValue: !Sub "${Name}-nlb"}', 'imported'],
    ['!Base64 hello', 'aGVsbG8='],
    ['!GetAZs ""', ['eu-central-1a', 'eu-central-1b', 'eu-central-1c']],
    ['!Select [0, !Cidr [10.0.0.0/16, 4, 8]]', '10.0.0.0/16'],
    ['"{{resolve:secretsmanager:gw:SecretString:key}}!"', 's3cret!'],
    ['"{{resolve:ssm:other}}"', '{{resolve:ssm:other}}'],
    // joined from its parts, as the CDK does
    [`!Join ['', ['{{resolve:secretsmanager:', gw, ':SecretString:key}}!']]`, 's3cret!'],
    // not a function
    ['010', '010'],
    ['2010-09-09', '2010-09-09'],
    ['true', true],
    ['{__proto__: x}', Object.fromEntries([['__proto__', 'x']])],
  ])('%s is %j', (value, expected) => {
    const given = { 'chat-nlb': 'imported', 'resolve:secretsmanager:gw:SecretString:key': 's3cret' };
    expect(evaluate(value, given)).toEqual(expected);
  });

  it('reads a given parameter instead of its default', () => {
    expect(evaluate('!Ref Name', { Name: 'other' })).toBe('other');
  });

  it.each([
    ['!Ref Nam', 'Unresolved resource dependencies [Nam]'],
    ['!GetAtt Nlb', 'Fn::GetAtt needs'],
    ['!Ref Absent', 'its condition IsOther is not met'],
    ['!Sub "${request.body.action}"', 'write ${!request.body.action}'],
    ['!Sub "${a b}"', "'${a b}' is not a variable of Fn::Sub"],
    ['!Sub "${Zones}"', '${Zones} is a list'],
    ['!Join ["/"]', 'Fn::Join needs 2 parameters, not 1'],
    ['!Join ["/", a]', 'this must be a list'],
    ['!Select [3, [a]]', 'the list has no item 3'],
    ['!If [Missing, a, b]', 'the template has no condition Missing'],
    ['!FindInMap [Sizes, prod, Ms]', 'the mappings have no entry [Sizes, prod, Ms]'],
    ['!ImportValue nlb', 'set it with --parameter nlb=VALUE'],
    ['{"Fn::Length": [1]}', 'Fn::Length needs Transform: AWS::LanguageExtensions'],
    ['!ToJsonString [1]', 'Fn::ToJsonString needs Transform: AWS::LanguageExtensions'],
    [
      '!FindInMap [Sizes, prod, Ms, {DefaultValue: 1}]',
      'Fn::FindInMap with DefaultValue needs Transform: AWS::LanguageExtensions',
    ],
    ['{"Fn::Transform": {Name: AWS::Include}}', 'Fn::Transform is not supported by this gateway'],
    ['{"Fn::Lenght": [1]}', 'CloudFormation has no function Fn::Lenght'],
    ['{a: }', "'null' values are not allowed in templates"],
  ])('%s is refused, with its place: %s', (value, reason) => {
    const line = TEMPLATE.split('VALUE')[0]?.split('\n').length;
    const evaluated = () => evaluate(value);
    expect(evaluated).toThrow(reason);
    expect(evaluated).toThrow(`t.yml:${line}:`);
  });

  it('reports every parameter without a value', () => {
    const text = 'Parameters: {A: {Type: String}, B: {Type: String}}\nResources: {}';
    const settings = { parameters: new Map(), region: 'eu-central-1', accountId: '123456789012' };
    expect(() => new Stack(readTemplate(text, 't.yml'), settings)).toThrow(
      't.yml:1:14: Parameters: [A, B] must have values; set --parameter A=VALUE --parameter B=VALUE',
    );
  });

  it('refuses conditions that depend on themselves', () => {
    const text =
      'Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}\nResources: {R: {Type: T, Condition: A}}';
    const settings = { parameters: new Map(), region: 'eu-central-1', accountId: '123456789012' };
    const stack = new Stack(readTemplate(text, 't.yml'), settings);
    expect(() => stack.resources()).toThrow('the condition A depends on itself');
  });

  it('reports the same error of a condition each time', () => {
    const text = 'Conditions: {A: !Not [!Condition B]}\nResources: {R: {Type: T, Condition: A}}';
    const settings = { parameters: new Map(), region: 'eu-central-1', accountId: '123456789012' };
    const stack = new Stack(readTemplate(text, 't.yml'), settings);
    expect(() => stack.resources()).toThrow('the template has no condition B');
    expect(() => stack.resources()).toThrow('the template has no condition B');
  });

  it('refuses names that double the text each time', () => {
    const functions = Array.from({ length: 40 }, (_, index) => {
      const name = index === 0 ? 'x' : `!Sub '\${F${index - 1}}\${F${index - 1}}'`;
      return `  F${index}: {Type: AWS::Lambda::Function, Properties: {FunctionName: ${name}}}`;
    });
    const text = `Resources:\n${functions.join('\n')}\n  S: {Type: T, Properties: {Value: !Ref F39}}`;
    const settings = { parameters: new Map(), region: 'eu-central-1', accountId: '123456789012' };
    const stack = new Stack(readTemplate(text, 't.yml'), settings);
    const node = stack.template.resources.get('S')?.properties.get('Value')?.value;
    expect(() => node && stack.value(node)).toThrow('this evaluates to more than 1048576 characters');
  });

  it('resolves a reference to a resource that a macro may add to its own name', () => {
    const text = `Transform: AWS::Serverless-2016-10-31${TEMPLATE.replace('VALUE', '!GetAtt SamRole.Arn')}`;
    const settings = { parameters: new Map(), region: 'eu-central-1', accountId: '123456789012' };
    const stack = new Stack(readTemplate(text, 't.yml'), settings);
    const node = stack.template.resources.get('Subject')?.properties.get('Value')?.value;
    expect(node && stack.value(node)).toBe('SamRole.Arn');
  });
});
