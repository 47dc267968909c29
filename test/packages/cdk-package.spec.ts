import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.js';
import { installNode, NODE_VERSIONS } from './node-versions.js';

/** A team's own stack with the construct, and the whole deployment; it prints what each integration became. */
const APP = `
import { App, Stack } from 'aws-cdk-lib';
import { VpcLink } from 'aws-cdk-lib/aws-apigateway';
import { WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { NetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { BackchannelStack, MappingSource, readParameters, WebSocketNlbIntegration, WebSocketParameterMapping } from 'backchannel-cdk';

const app = new App();
const stack = new Stack(app, 'Own');
const loadBalancer = new NetworkLoadBalancer(stack, 'Nlb', { vpc: new Vpc(stack, 'Vpc') });
const vpcLink = new VpcLink(stack, 'Link', { targets: [loadBalancer] });
new WebSocketApi(stack, 'Api').addRoute('$default', {
  integration: new WebSocketNlbIntegration('Message', {
    vpcLink,
    loadBalancer,
    path: '/message',
    parameterMapping: new WebSocketParameterMapping().header('ConnectionId', MappingSource.context('connectionId')),
  }),
});
new BackchannelStack(app, 'Whole', {
  parameters: readParameters({ image: '000000000000.dkr.ecr.us-east-1.amazonaws.com/backchannel-service:1' }),
});
const integrations = app.synth().stacks.map(({ template }) =>
  Object.values<{ Type: string; Properties: Record<string, unknown> }>(template.Resources)
    .filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Integration')
    .map(({ Properties }) => [Properties.ConnectionType, Properties.RequestParameters]),
);
console.log(JSON.stringify(integrations));
`;

describe('backchannel-cdk, installed in an empty project', () => {
  let consumer: Consumer;

  beforeAll(async () => {
    consumer = await Consumer.install(
      ['backchannel-cdk'],
      ['aws-cdk-lib@2', 'constructs@10', '@types/node@24'],
    );
    consumer.write('app.ts', APP);
  });
  afterAll(() => consumer[Symbol.dispose]());

  it('compiles an app, with the declarations of its packages checked', async () => {
    // the CDK's own declarations do not pass with exactOptionalPropertyTypes
    await expect(consumer.compile({ exactOptionalPropertyTypes: false })).resolves.toBeUndefined();
  });

  it.each(NODE_VERSIONS)('synthesises it on Node.js %s', async (version) => {
    using node = await installNode(version);
    const [own, whole] = JSON.parse(await consumer.run(node.path, ['out/app.js'])) as unknown[][];
    const mapped = expect.objectContaining({
      'integration.request.header.ConnectionId': 'context.connectionId',
    }) as unknown;
    expect(own).toEqual([['VPC_LINK', mapped]]);
    expect(whole).toEqual([
      ['VPC_LINK', mapped],
      ['VPC_LINK', mapped],
      ['VPC_LINK', mapped],
    ]);
  });
});
