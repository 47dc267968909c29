import { type Route, type WebSocketApi } from './definition.js';

/** What a template has beside the definition. */
export interface TemplateValues {
  /** Name of the stage. Default `dev`. */
  readonly stageName?: string;
  /** ARN of the Network Load Balancer of the VPC link. Default one of a local gateway. */
  readonly loadBalancerArn?: string;
}

/** A CloudFormation template: a plain object. */
export type ApiTemplate = {
  readonly AWSTemplateFormatVersion: '2010-09-09';
  readonly Resources: Readonly<Record<string, Resource>>;
};

interface Resource {
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  readonly Properties: Readonly<Record<string, unknown>>;
}

/**
 * A WebSocket API as a CloudFormation template: with its VPC link, and a stage that serves it. `startGateway()` takes it,
 * and so does AWS.
 */
export function apiTemplate(
  { Name, ProtocolType, RouteSelectionExpression, Routes }: WebSocketApi,
  { stageName = 'dev', loadBalancerArn = LOCAL_LOAD_BALANCER }: TemplateValues = {},
): ApiTemplate {
  const routes = Object.assign({}, ...Routes.map(routeResources)) as Record<string, Resource>;
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Resources: {
      Api: {
        Type: 'AWS::ApiGatewayV2::Api',
        Properties: { Name, ProtocolType, RouteSelectionExpression },
      },
      VpcLink: { Type: 'AWS::ApiGateway::VpcLink', Properties: { Name, TargetArns: [loadBalancerArn] } },
      ...routes,
      Stage: {
        Type: 'AWS::ApiGatewayV2::Stage',
        // its first deployment has the routes that exist by then
        DependsOn: Object.keys(routes),
        Properties: { ApiId: API, StageName: stageName, AutoDeploy: true },
      },
    },
  };
}

const API = { Ref: 'Api' };

/** Its name, `service`, is that of the target in `startGateway({ targets: { service: … } })`. */
const LOCAL_LOAD_BALANCER =
  'arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/service/0123456789abcdef';

function routeResources({ Integration, RouteResponse, ...route }: Route): Record<string, Resource> {
  const name = route.RouteKey.replace(/^\$(.)/, (_, first: string) => first.toUpperCase());
  return {
    [`${name}Integration`]: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: { ApiId: API, ...Integration, ConnectionId: { Ref: 'VpcLink' } },
    },
    [`${name}Route`]: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: { ApiId: API, ...route, Target: { 'Fn::Sub': `integrations/\${${name}Integration}` } },
    },
    ...(RouteResponse && {
      [`${name}RouteResponse`]: {
        Type: 'AWS::ApiGatewayV2::RouteResponse',
        Properties: { ApiId: API, RouteId: { Ref: `${name}Route` }, ...RouteResponse },
      },
    }),
  };
}
