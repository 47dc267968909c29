/**
 * Gateway ⇄ service: the HTTP request that each route sends, and its response.
 *
 * API Gateway sends an HTTP backend nothing about the connection unless a request parameter maps it to a header or to
 * the query string. `definition.ts` maps the headers below.
 *
 * Responses: a 2xx to `/connect` opens the connection; any other status refuses it and becomes the status of the
 * client's handshake. The responses to `/message` and `/disconnect` are not sent to the client, because these routes
 * are one-way (except `/message` with `REPLIES=response`): messages to clients are posted to `@connections`.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-data-mapping.html
 */

/** The service's paths for API Gateway's requests; the method is always POST. */
export const PATHS = {
  connect: '/connect',
  disconnect: '/disconnect',
  message: '/message',
} as const;

/** The headers that the request parameters set. The service refuses a request that repeats one of them. */
export const HEADERS = {
  /** On every route. The only header that every request must have. */
  connectionId: 'ConnectionId',
  /** `$connect`, `$disconnect`, `$default`. */
  routeKey: 'RouteKey',
  /** `CONNECT`, `MESSAGE`, `DISCONNECT`. */
  eventType: 'EventType',
  /** Unique for each event; the same as in API Gateway's logs. */
  requestId: 'RequestId',
  /** When the connection was opened, in milliseconds since 1970. */
  connectedAt: 'ConnectedAt',
  /** The client's IP address according to API Gateway. */
  sourceIp: 'SourceIp',
  /** The literal that proves that the request came through API Gateway. */
  gatewaySecret: 'GatewaySecret',
  /** On `$connect`: the unmodified query-string parameter `token`. */
  token: 'Token',
  /** On `$connect`: the user id from the authorizer, or {@link NO_USER}. */
  userId: 'UserId',
  /** On `$default`: API Gateway's id of the message. */
  messageId: 'MessageId',
  /** On `$disconnect`: the WebSocket close code. Not documented by AWS as a mapping source, so it may be missing. */
  disconnectStatusCode: 'DisconnectStatusCode',
  /** On `$disconnect`: the reason in the close frame, possibly empty. May be missing, as above. */
  disconnectReason: 'DisconnectReason',
} as const;

/**
 * The literal for `UserId` without an authorizer. If nothing mapped the header, API Gateway would pass on the client's
 * own, so that any client could choose a user id.
 */
export const NO_USER = '-';

/**
 * The WebSocket sub-protocols that a client may offer. A script in a browser cannot set headers, and URLs are logged:
 * `new WebSocket(url, ['backchannel', 'token.' + jwt])` sends the token in `Sec-WebSocket-Protocol`, which reaches
 * `/connect` without a mapping, because API Gateway passes on the headers of the handshake there.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-connect-route-subprotocol.html
 */
export const SUB_PROTOCOLS = {
  /**
   * Offered beside the token, and selected in the response: a browser closes a connection without a selected protocol.
   */
  name: 'backchannel',
  /** Offered instead, with or without a token, by a client that accepts several messages in one frame. */
  batched: 'backchannel.batch',
  /** Prefix of the token. */
  tokenPrefix: 'token.',
} as const;

/** API Gateway's id of a connection: opaque, and of unspecified length. */
export type ConnectionId = string & { readonly _: 'ConnectionId' };

/** The user of a connection: decided once, at `$connect`, and read from the store afterwards. */
export type UserId = string & { readonly _: 'UserId' };
