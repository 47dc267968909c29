import { HEADERS, NO_USER, PATHS } from './integration.js';

/**
 * The WebSocket API as data, in AWS's own field names: routes → integrations → parameter mappings.
 * Each deployer reads this and nothing else, so that the laptop and the account serve the same API.
 */
export interface WebSocketApi {
  readonly Name: string;
  readonly ProtocolType: 'WEBSOCKET';
  readonly RouteSelectionExpression: string;
  readonly Routes: readonly Route[];
}

export interface Route {
  readonly RouteKey: string;
  /** What the integration's mapping may read from the client's handshake; possible on `$connect` only. */
  readonly RequestParameters?: Readonly<Record<string, { readonly Required: boolean }>>;
  /** Who may connect; possible on `$connect` only. Anybody unless given. */
  readonly AuthorizationType?: 'CUSTOM';
  readonly AuthorizerId?: string;
  /** Makes the route two-way: the integration's answer goes to the client as a frame. One-way unless given. */
  readonly RouteResponseSelectionExpression?: '$default';
  /** A two-way route needs one. */
  readonly RouteResponse?: { readonly RouteResponseKey: '$default' };
  readonly Integration: Integration;
}

export interface Integration {
  readonly IntegrationType: 'HTTP_PROXY';
  /** POST, said explicitly: what `ANY` would send for a WebSocket frame is documented nowhere. */
  readonly IntegrationMethod: 'POST';
  readonly IntegrationUri: string;
  readonly ConnectionType: 'VPC_LINK';
  /** Id of a v1 VPC link: those of `apigatewayv2` serve HTTP APIs only. */
  readonly ConnectionId: string;
  /** Destination → source; not the grammar of HTTP APIs (`overwrite:header…` ← `$context…`). */
  readonly RequestParameters: Readonly<Record<string, string>>;
  /** 50–29,000. */
  readonly TimeoutInMillis: number;
}

/** What differs from one deployment to the next. */
export interface DeploymentValues {
  /** The load balancer's URL without a path, such as `http://internal-nlb.example:3000`. */
  readonly serviceUrl: string;
  /** Id of the v1 VPC link to that load balancer, or `${stageVariables.name}`. */
  readonly vpcLinkId: string;
  /** The text that the service expects in `GatewaySecret`; without single quotes, at most 510 characters. */
  readonly gatewaySecret: string;
  /** The service's `REPLIES`: with `response`, `$default` is two-way. `callback` unless given. */
  readonly replies?: 'callback' | 'response';
  /** The Lambda authorizer of `$connect`, for a service with `AUTH=authorizer`. */
  readonly authorizer?: {
    readonly AuthorizerId: string;
    /**
     * Key of `context.authorizer` that names the user; `principalId` unless given. Another one has to be in every
     * answer of the authorizer: where it is missing, nothing is mapped and a client's own header is passed on.
     */
    readonly userKey?: string;
  };
}

/** Backchannel's WebSocket API, ready to be created. */
export function webSocketApi(values: DeploymentValues): WebSocketApi {
  const integration = (path: string, RequestParameters: Record<string, string>): Integration => ({
    IntegrationType: 'HTTP_PROXY',
    IntegrationMethod: 'POST',
    IntegrationUri: `${values.serviceUrl}${path}`,
    ConnectionType: 'VPC_LINK',
    ConnectionId: values.vpcLinkId,
    RequestParameters: { ...onEveryRoute(values.gatewaySecret), ...RequestParameters },
    TimeoutInMillis: 29_000,
  });
  const { authorizer } = values;
  return {
    Name: 'backchannel',
    ProtocolType: 'WEBSOCKET',
    // every action goes to $default: the service's dispatcher knows them, and a new one needs no new route
    RouteSelectionExpression: '$request.body.action',
    Routes: [
      {
        RouteKey: '$connect',
        RequestParameters: { 'route.request.querystring.token': { Required: false } },
        ...(authorizer && { AuthorizationType: 'CUSTOM', AuthorizerId: authorizer.AuthorizerId }),
        Integration: integration(PATHS.connect, {
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

/** AWS's guide asks for the expression, the control plane for the response: with both it is two-way for certain. */
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
