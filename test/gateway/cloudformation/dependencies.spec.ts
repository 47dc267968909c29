import { describe, expect, it } from 'vitest';
import { allDependencies, inDependencyOrder } from '../../../src/gateway/cloudformation/dependencies.js';
import { Stack } from '../../../src/gateway/cloudformation/stack.js';
import { readTemplate } from '../../../src/gateway/cloudformation/template.js';

const stack = (text: string) =>
  new Stack(readTemplate(text, 't.yml'), {
    parameters: new Map(),
    region: 'eu-central-1',
    accountId: '123456789012',
  });

const order = (text: string) => inDependencyOrder(stack(text)).map(({ logicalId }) => logicalId);

describe('the order of resources', () => {
  it('is that of the template by default', () => {
    expect(order('Resources: {B: {Type: T}, A: {Type: T}, C: {Type: T}}')).toEqual(['B', 'A', 'C']);
  });

  it('puts shorter chains first, as CloudFormation starts each resource once its dependencies exist', () => {
    const template = `Resources:
  C: {Type: T, DependsOn: B}
  B: {Type: T, DependsOn: A}
  A: {Type: T}
  Y: {Type: T, DependsOn: A}
  Z: {Type: T}`;
    expect(order(template)).toEqual(['A', 'Z', 'B', 'Y', 'C']);
  });

  it('puts a deployment last among resources that start together', () => {
    const template = `Resources:
  D: {Type: AWS::ApiGatewayV2::Deployment, DependsOn: R}
  R: {Type: AWS::ApiGatewayV2::Route}
  A: {Type: AWS::ApiGatewayV2::RouteResponse, DependsOn: R}`;
    expect(order(template)).toEqual(['R', 'A', 'D']);
  });

  it.each([
    'DependsOn: B',
    'DependsOn: [B]',
    'Properties: {x: !Ref B}',
    'Properties: {x: [{y: !GetAtt B.Arn}]}',
    "Properties: {x: !Sub 'a-${B.Arn}'}",
    "Properties: {x: !Sub ['${a}', {a: !Ref B}]}",
    'Properties: {x: {Fn::If: [Yes, {Ref: B}, c]}}',
  ])('puts A after B when A has %s', (text) => {
    const template = `Conditions: {Yes: !Equals [a, a]}\nResources:\n  A: {Type: T, ${text}}\n  B: {Type: T}`;
    expect(order(template)).toEqual(['B', 'A']);
  });

  it('does not follow the branch that a condition does not select', () => {
    const template = `Conditions: {No: !Equals [a, b]}
Resources:
  A: {Type: T, Properties: {x: !If [No, !Ref B, c]}}
  B: {Type: T, Properties: {x: !Ref A}}`;
    expect(order(template)).toEqual(['A', 'B']);
  });

  it('leaves out a resource whose condition is not met, and does not wait for it', () => {
    const template = `Conditions: {No: !Equals [a, b]}
Resources:
  A: {Type: T, DependsOn: B}
  B: {Type: T, Condition: No}`;
    expect(order(template)).toEqual(['A']);
  });

  it('reports the resources of a cycle with their lines', () => {
    const template = `Resources:
  Start: {Type: T, DependsOn: A}
  A: {Type: T, DependsOn: B}
  B: {Type: T, Properties: {x: !Ref C}}
  C: {Type: T, Properties: {x: !GetAtt A.Arn}}`;
    expect(() => order(template)).toThrow(
      't.yml:3:3: Circular dependency between resources: A (line 3) → B (line 4) → C (line 5) → A (line 3)',
    );
  });

  it('reports the place of a dependency on nothing', () => {
    expect(() => order('Resources:\n  A: {Type: T, DependsOn: [B]}')).toThrow(
      't.yml:2:28: Unresolved resource dependencies [B]',
    );
  });

  it('does not read a variable of Fn::Sub as a resource', () => {
    const template =
      "Resources:\n  A: {Type: T, Properties: {x: !Sub ['${B}', {B: b}]}}\n  B: {Type: T, DependsOn: A}";
    expect(order(template)).toEqual(['A', 'B']);
  });

  it('reports a resource that refers to itself', () => {
    expect(() => order('Resources:\n  A: {Type: T, Properties: {x: !Ref A}}')).toThrow(
      'A (line 2) → A (line 2)',
    );
  });

  it('is found for the longest chain that a template can contain', () => {
    const chain = Array.from(
      { length: 499 },
      (_, index) => `  R${index}: {Type: T, DependsOn: R${index + 1}}`,
    );
    expect(order(`Resources:\n${chain.join('\n')}\n  R499: {Type: T}`)).toHaveLength(500);
  });

  it('includes all indirect dependencies of a resource', () => {
    const subject = stack(
      'Resources: {A: {Type: T, DependsOn: B}, B: {Type: T, DependsOn: C}, C: {Type: T}, D: {Type: T}}',
    );
    const a = subject.template.resources.get('A');
    expect(a && [...allDependencies(subject, a)]).toEqual(['B', 'C']);
  });

  it('is not mistaken for a cycle where a resource has the name of a parameter', () => {
    const text = 'Parameters: {A: {Type: String}}\nResources: {A: {Type: T, Properties: {Name: !Ref A}}}';
    expect(() => readTemplate(text, 't.yml')).toThrow(
      't.yml:2:13: the resource A has the name of a parameter: rename one of them',
    );
  });
});
