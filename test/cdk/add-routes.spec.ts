import { Module } from '@nestjs/common';
import { App, Stack } from 'aws-cdk-lib';
import { VpcLink } from 'aws-cdk-lib/aws-apigateway';
import { WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { type INetworkLoadBalancer, NetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { addRoutes } from '../../src/cdk/add-routes.js';
import { BackchannelStack } from '../../src/cdk/backchannel-stack.js';
import { readParameters } from '../../src/cdk/stack-parameters.js';
import { lint } from '../../src/gateway/cloudformation/lint/lint.js';
import { describeApi } from '../../src/nest/describe/describe-api.js';
import { ChatModule } from '../nest/extending/chat.module.js';

@Module({ imports: [ChatModule] })
class Application {}

const describeApplication = async () =>
  describeApi(Application, { path: '/ws', connectHeaders: { Tenant: 'route.request.querystring.tenant' } });

const TENANT = { 'integration.request.header.Tenant': 'route.request.querystring.tenant' };

it('adds the routes of an application to an API of a stack', async () => {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Test');
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-01234567',
    availabilityZones: ['a'],
    privateSubnetIds: ['subnet-01234567'],
  });
  const loadBalancer = new NetworkLoadBalancer(stack, 'Nlb', { vpc });
  const vpcLink = new VpcLink(stack, 'Link', { targets: [loadBalancer as INetworkLoadBalancer] });
  const description = await describeApplication();
  const { RouteSelectionExpression, Routes } = description.webSocketApi({
    serviceUrl: `http://${loadBalancer.loadBalancerDnsName}`,
    vpcLinkId: vpcLink.vpcLinkId,
    gatewaySecret: 'secret',
  });
  const api = new WebSocketApi(stack, 'Api', { routeSelectionExpression: RouteSelectionExpression });
  addRoutes(api, Routes, { vpcLink, loadBalancer, port: 8080 });

  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::ApiGatewayV2::Integration', 3);
  template.hasResourceProperties('AWS::ApiGatewayV2::Route', {
    RouteKey: '$connect',
    RequestParameters: { 'route.request.querystring.tenant': { Required: false } },
  });
  template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
    ConnectionType: 'VPC_LINK',
    IntegrationUri: { 'Fn::Join': ['', ['http://', Match.anyValue(), ':8080/ws/connect']] },
    RequestParameters: Match.objectLike(TENANT),
  });
  const found = lint(JSON.stringify(template.toJSON()), { fileName: 'test.json' });
  expect(found.filter(({ severity }) => severity !== 'hint')).toEqual([]);
});

it('deploys an application with the whole stack', async () => {
  const stack = new BackchannelStack(new App({ analyticsReporting: false }), 'Chat', {
    parameters: readParameters({ image: 'registry.example/chat:1' }),
    application: await describeApplication(),
  });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
    IntegrationUri: { 'Fn::Join': ['', ['http://', Match.anyValue(), '/ws/connect']] },
    RequestParameters: Match.objectLike(TENANT),
  });
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
    HealthCheckPath: '/ws/health/ready',
  });
});
