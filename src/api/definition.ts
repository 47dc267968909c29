import { HEADERS, NO_USER, PATHS } from './integration.js';
import { QUOTAS } from './quotas.js';

/**
 * The WebSocket API as data, in AWS's own field names: routes → integrations → parameter mappings.
 * Both deployers read only this, so that the laptop and the AWS account serve the same API.
 */
export interface WebSocketApi {
  readonly Name: string;
  readonly ProtocolType: 'WEBSOCKET';
  readonly RouteSelectionExpression: string;
  readonly Routes: readonly Route[];
}

export interface Route {
  readonly RouteKey: string;
  /** Parameters of the client's handshake that the mapping may read; only on `$connect`. */
  readonly RequestParameters?: Readonly<Record<string, { readonly Required: boolean }>>;
  /** The authorizer of `$connect`. Without one, every client may connect. */
  readonly AuthorizationType?: 'CUSTOM';
  readonly AuthorizerId?: string;
  /** Makes the route two-way: the integration's response is sent to the client as a frame. Default one-way. */
  readonly RouteResponseSelectionExpression?: '$default';
  /** Required for a two-way route. */
  readonly RouteResponse?: { readonly RouteResponseKey: '$default' };
  readonly Integration: Integration;
}

export interface Integration {
  readonly IntegrationType: 'HTTP_PROXY';
  /** Not `ANY`: AWS does not document which method that sends for a frame. */
  readonly IntegrationMethod: 'POST';
  readonly IntegrationUri: string;
  readonly ConnectionType: 'VPC_LINK';
  /** Id of a v1 VPC link: VPC links of `apigatewayv2` are for HTTP APIs only. */
  readonly ConnectionId: string;
  /** Destination → source. HTTP APIs have another grammar (`overwrite:header…` ← `$context…`). */
  readonly RequestParameters: Readonly<Record<string, string>>;
  /** 50–29,000. */
  readonly TimeoutInMillis: number;
}

/** What an application needs of every deployment. */
export interface ApplicationValues {
  /** The path below which the service has its routes, such as `/ws`. Default none. */
  readonly path?: string | undefined;
  /**
   * Further headers of the request of `$connect`, by name, each with its source, such as
   * `{ Tenant: 'route.request.querystring.tenant' }`. The client's own headers are passed on without a mapping.
   */
  readonly connectHeaders?: Readonly<Record<string, string>> | undefined;
}

/** Values that differ between deployments. */
export interface DeploymentValues extends ApplicationValues {
  /** The load balancer's URL without a path, such as `http://internal-nlb.example:3000`. */
  readonly serviceUrl: string;
  /** Id of the v1 VPC link to that load balancer, or `${stageVariables.name}`. */
  readonly vpcLinkId: string;
  /** The value of the header `GatewaySecret`; without single quotes, at most 510 characters. */
  readonly gatewaySecret: string;
  /** The service's `REPLIES`: with `response`, `$default` is two-way. Default `callback`. */
  readonly replies?: 'callback' | 'response';
  /** The Lambda authorizer of `$connect`, for a service with `AUTH=authorizer`. */
  readonly authorizer?: {
    readonly AuthorizerId: string;
    /**
     * Key of `context.authorizer` with the user id. Default `principalId`. Any other key must be in every response of
     * the authorizer: without it nothing is mapped, and API Gateway passes on the client's own header.
     */
    readonly userKey?: string;
  };
}

/** Backchannel's WebSocket API, ready to be created. */
export function webSocketApi(values: DeploymentValues): WebSocketApi {
  const { authorizer, path: prefix = '', connectHeaders = {} } = values;
  const integration = (path: string, RequestParameters: Record<string, string>): Integration => ({
    IntegrationType: 'HTTP_PROXY',
    IntegrationMethod: 'POST',
    IntegrationUri: `${values.serviceUrl}${prefix}${path}`,
    ConnectionType: 'VPC_LINK',
    ConnectionId: values.vpcLinkId,
    RequestParameters: { ...onEveryRoute(values.gatewaySecret), ...RequestParameters },
    TimeoutInMillis: QUOTAS.integrationTimeoutMs,
  });
  return {
    Name: 'backchannel',
    ProtocolType: 'WEBSOCKET',
    // every action is routed to $default, so that a new action needs no new route
    RouteSelectionExpression: '$request.body.action',
    Routes: [
      {
        RouteKey: '$connect',
        RequestParameters: Object.fromEntries(
          ['route.request.querystring.token', ...Object.values(connectHeaders)]
            .filter((source) => source.startsWith('route.request.'))
            // the declaration of a multi-value source is that of the single value
            .map((source) => [source.replace('.multivalue', '.'), { Required: false }]),
        ),
        ...(authorizer && { AuthorizationType: 'CUSTOM', AuthorizerId: authorizer.AuthorizerId }),
        Integration: integration(PATHS.connect, {
          ...Object.fromEntries(
            Object.entries(connectHeaders).map(([name, source]) => [header(name), source]),
          ),
          [header(HEADERS.token)]: 'route.request.querystring.token',
          [header(HEADERS.userId)]: authorizer
            ? `context.authorizer.${authorizer.userKey ?? 'principalId'}`
            : `'${NO_USER}'`,
        }),
      },
      {
        RouteKey: '$disconnect',
        Integration: integration(PATHS.disconnect, {
          [header(HEADERS.disconnectStatusCode)]: 'context.disconnectStatusCode',
          [header(HEADERS.disconnectReason)]: 'context.disconnectReason',
        }),
      },
      {
        RouteKey: '$default',
        ...(values.replies === 'response' && TWO_WAY),
        Integration: integration(PATHS.message, { [header(HEADERS.messageId)]: 'context.messageId' }),
      },
    ],
  };
}

/** AWS's guide requires the expression, the control plane the response; with both, the route is certainly two-way. */
const TWO_WAY = {
  RouteResponseSelectionExpression: '$default',
  RouteResponse: { RouteResponseKey: '$default' },
} as const;

const header = (name: string) => `integration.request.header.${name}`;

const onEveryRoute = (gatewaySecret: string): Record<string, string> => ({
  [header(HEADERS.connectionId)]: 'context.connectionId',
  [header(HEADERS.routeKey)]: 'context.routeKey',
  [header(HEADERS.eventType)]: 'context.eventType',
  [header(HEADERS.requestId)]: 'context.requestId',
  [header(HEADERS.connectedAt)]: 'context.connectedAt',
  [header(HEADERS.sourceIp)]: 'context.identity.sourceIp',
  [header(HEADERS.gatewaySecret)]: `'${gatewaySecret}'`,
});
