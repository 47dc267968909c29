import { Duration, Tokenization, Validations } from 'aws-cdk-lib';
import { type IWebSocketRouteAuthorizer, type WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { type Route } from '../api/definition.js';
import { WebSocketNlbIntegration, type WebSocketNlbIntegrationProps } from './web-socket-nlb-integration.js';
import { WebSocketParameterMapping } from './web-socket-parameter-mapping.js';

/** Where the routes lead. */
export type RoutesTarget = Pick<WebSocketNlbIntegrationProps, 'vpcLink' | 'loadBalancer' | 'port' | 'tls'>;

/**
 * Adds the routes of a definition to an API, each with a {@link WebSocketNlbIntegration}. `describeApi` of
 * `backchannel-nest` returns such a definition:
 *
 *     const description = await describeApi(AppModule);
 *     const { RouteSelectionExpression, Routes } = description.webSocketApi({
 *       serviceUrl: `http://${loadBalancer.loadBalancerDnsName}`,
 *       vpcLinkId: vpcLink.vpcLinkId,
 *       gatewaySecret: secret.unsafeUnwrap(),
 *     });
 *     const api = new WebSocketApi(this, 'Api', { routeSelectionExpression: RouteSelectionExpression });
 *     addRoutes(api, Routes, { vpcLink, loadBalancer });
 *
 * @param target in place of host and VPC link of the definition
 * @throws {Error} API Gateway would refuse a path, a timeout or a mapping
 */
export function addRoutes(api: WebSocketApi, routes: readonly Route[], target: RoutesTarget): void {
  for (const { RouteKey, AuthorizationType, AuthorizerId, RouteResponse, Integration } of routes) {
    const integration = new WebSocketNlbIntegration('Integration', {
      ...target,
      method: Integration.IntegrationMethod,
      path: pathOf(Integration.IntegrationUri),
      parameterMapping: WebSocketParameterMapping.fromRequestParameters(Integration.RequestParameters),
      timeout: Duration.millis(Integration.TimeoutInMillis),
    });
    const route = api.addRoute(RouteKey, {
      integration,
      returnResponse: RouteResponse !== undefined,
      ...(AuthorizationType !== undefined &&
        AuthorizerId !== undefined && { authorizer: routeAuthorizer(AuthorizationType, AuthorizerId) }),
    });
    if (AuthorizationType === undefined) {
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason:
          'API Gateway authorizes $connect only. The service checks tokens at $connect (AUTH=jwt), or an authorizer does (AUTH=authorizer); each request has the gateway secret.',
      });
    }
  }
}

/** The path of a URI whose host is a CDK token, which a URL parser does not accept. */
function pathOf(uri: string): string {
  const withHost = Tokenization.reverseString(uri).mapTokens({ mapToken: () => 'load-balancer.invalid' });
  return new URL(withHost.join({ join: (left, right) => `${left}${right}` }) as string).pathname;
}

const routeAuthorizer = (
  authorizationType: NonNullable<Route['AuthorizationType']>,
  authorizerId: string,
): IWebSocketRouteAuthorizer => ({ bind: () => ({ authorizationType, authorizerId }) });
