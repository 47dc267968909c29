import { expect, it } from 'vitest';
import { expandLoops } from '../../../src/gateway/cloudformation/expand-loops.js';
import { readDeclaredTargets } from '../../../src/gateway/cloudformation/read-declared-targets.js';
import { Stack } from '../../../src/gateway/cloudformation/stack.js';
import { readTemplate } from '../../../src/gateway/cloudformation/template.js';

function declaredBy(text: string) {
  const settings = { region: 'us-east-1', accountId: '000000000000', parameters: new Map<string, string>() };
  return readDeclaredTargets(new Stack(expandLoops(readTemplate(text, 'a.yaml'), settings), settings));
}

const ELB = 'arn:aws:elasticloadbalancing:us-east-1:000000000000';
const CLOUD_MAP = 'arn:aws:servicediscovery:us-east-1:000000000000:service';

it('reads load balancers, and the ports of their listeners', () => {
  const { arns, ports } = declaredBy(`
Resources:
  LoadBalancer: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Name: books-lb } }
  Http: { Type: AWS::ElasticLoadBalancingV2::Listener, Properties: { LoadBalancerArn: !Ref LoadBalancer, Port: '8080' } }
`);
  const listener = `${ELB}:listener/app/books-lb/LoadBalancer/Http`;
  expect(arns).toEqual([`${ELB}:loadbalancer/app/books-lb/LoadBalancer`, listener]);
  expect([...ports]).toEqual([[listener, '8080']]);
});

it.each([
  ['ContainerPort: 4000', '4000'],
  ['Port: 5000', '5000'],
  ['ContainerName: app', undefined],
])('reads %j of an ECS service as the port of its Cloud Map service', (registry, port) => {
  const { arns, ports } = declaredBy(`
Resources:
  Service: { Type: AWS::ServiceDiscovery::Service, Properties: { Name: books } }
  Ecs:
    Type: AWS::ECS::Service
    Properties: { ServiceRegistries: [{ RegistryArn: !GetAtt Service.Arn, ${registry} }] }
`);
  expect(ports.get(arns[0]!)).toBe(port);
});

it('knows no port of a Cloud Map service in which different ones are registered', () => {
  const ecs = (port: number) =>
    `{ Type: AWS::ECS::Service, Properties: { ServiceRegistries: [{ RegistryArn: !GetAtt Service.Arn, Port: ${port} }] } }`;
  const { ports } = declaredBy(`
Resources:
  Service: { Type: AWS::ServiceDiscovery::Service }
  One: ${ecs(1)}
  Two: ${ecs(2)}
`);
  expect(ports.size).toBe(0);
});

it('reads the instances of a Cloud Map service, by Ref and by its id', () => {
  const { instances } = declaredBy(`
Resources:
  Service: { Type: AWS::ServiceDiscovery::Service }
  Blue:
    Type: AWS::ServiceDiscovery::Instance
    Properties:
      ServiceId: !Ref Service
      InstanceId: blue-1
      InstanceAttributes: { AWS_INSTANCE_IPV4: 10.0.0.1, AWS_INSTANCE_PORT: 4000, stage: prod }
  Green:
    Type: AWS::ServiceDiscovery::Instance
    Properties: { ServiceId: !GetAtt Service.Id, InstanceAttributes: { stage: next } }
  Elsewhere: { Type: AWS::ServiceDiscovery::Instance, Properties: { ServiceId: srv-other, InstanceAttributes: {} } }
`);
  const attributes = { AWS_INSTANCE_IPV4: '10.0.0.1', AWS_INSTANCE_PORT: '4000', stage: 'prod' };
  const serviceArn = `${CLOUD_MAP}/srv-Service`;
  expect(instances).toEqual([
    { serviceArn, names: ['Blue', 'blue-1'], port: '4000', attributes: new Map(Object.entries(attributes)) },
    { serviceArn, names: ['Green'], port: undefined, attributes: new Map([['stage', 'next']]) },
  ]);
});

it('leaves out what cannot be evaluated, and what is not created', () => {
  const { arns } = declaredBy(`
Conditions: { Never: !Equals [a, b] }
Resources:
  Foreign:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties: { LoadBalancerArn: !ImportValue other-stack, Port: 80 }
  Absent: { Type: AWS::ServiceDiscovery::Service, Condition: Never }
`);
  expect(arns).toEqual([]);
});
