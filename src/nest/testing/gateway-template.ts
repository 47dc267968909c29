import { type Route, webSocketApi } from '../../api/definition.js';
import { type Config } from '../config/config.js';

/** A CloudFormation template. A type, because an interface would not be assignable to one with other sections. */
export type GatewayTemplate = {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: object }>>;
};

/**
 * The WebSocket API of `api/definition.ts` for the settings of an application, as a template: with the stage `dev`, and
 * with a load balancer `LoadBalancer` whose target is the application.
 */
export function gatewayTemplate({
  gatewaySecrets: [secret],
  authentication,
  replies,
  path,
}: Config): GatewayTemplate {
  const hasAuthorizer = authentication.kind === 'authorizer';
  const { Routes, ...api } = webSocketApi({
    serviceUrl: `http://application${path}`,
    vpcLinkId: '',
    gatewaySecret: secret ?? '',
    replies,
    ...(hasAuthorizer && { authorizer: { AuthorizerId: '' } }),
  });
  return {
    Resources: {
      Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: api },
      LoadBalancer: {
        Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
        Properties: { Name: 'application', Type: 'network', Scheme: 'internal' },
      },
      VpcLink: {
        Type: 'AWS::ApiGateway::VpcLink',
        Properties: { Name: 'application', TargetArns: [ref('LoadBalancer')] },
      },
      Stage: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: { ApiId: ref('Api'), StageName: 'dev', AutoDeploy: true },
      },
      ...(hasAuthorizer && { Authorizer: AUTHORIZER }),
      ...Object.assign({}, ...Routes.map((route) => routeResources(route))),
    },
  };
}

const ref = (name: string) => ({ Ref: name });

function routeResources(route: Route): GatewayTemplate['Resources'] {
  const { RouteKey, RouteResponse, Integration, RequestParameters, ...properties } = route;
  const name = { $connect: 'Connect', $disconnect: 'Disconnect' }[RouteKey] ?? 'Message';
  return {
    [`${name}Integration`]: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: { ...Integration, ApiId: ref('Api'), ConnectionId: ref('VpcLink') },
    },
    [`${name}Route`]: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ...properties,
        ApiId: ref('Api'),
        RouteKey,
        Target: { 'Fn::Sub': `integrations/\${${name}Integration}` },
        ...(RequestParameters && { RequestParameters }),
        ...(properties.AuthorizerId !== undefined && { AuthorizerId: ref('Authorizer') }),
      },
    },
    ...(RouteResponse && {
      [`${name}RouteResponse`]: {
        Type: 'AWS::ApiGatewayV2::RouteResponse',
        Properties: { ...RouteResponse, ApiId: ref('Api'), RouteId: ref(`${name}Route`) },
      },
    }),
  };
}

/** Calls the function `authorizer`. */
const AUTHORIZER = {
  Type: 'AWS::ApiGatewayV2::Authorizer',
  Properties: {
    ApiId: ref('Api'),
    Name: 'connect',
    AuthorizerType: 'REQUEST',
    AuthorizerUri: {
      'Fn::Sub':
        'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/' +
        'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:authorizer/invocations',
    },
  },
};
