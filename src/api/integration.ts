/**
 * Gateway ⇄ service: the HTTP request that each route sends, and the answer that it gets.
 *
 * API Gateway tells an HTTP backend nothing about the connection unless a request parameter maps it into a header
 * or the query string; `definition.ts` maps the headers below.
 *
 * Answers: any 2xx to `/connect` opens the connection, any other status refuses it and becomes the status of the
 * client's handshake. The answers to `/message` and `/disconnect` reach nobody, because the routes are one-way:
 * what a client shall see is posted to `@connections`.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-data-mapping.html
 */

/** Where the service takes API Gateway's calls; always with POST. */
export const PATHS = {
  connect: '/connect',
  disconnect: '/disconnect',
  message: '/message',
} as const;

/** The headers that the request parameters set. A request that repeats one of them is refused. */
export const HEADERS = {
  /** On every route, and the only one without which no request is served. */
  connectionId: 'ConnectionId',
  /** `$connect`, `$disconnect`, `$default`. */
  routeKey: 'RouteKey',
  /** `CONNECT`, `MESSAGE`, `DISCONNECT`. */
  eventType: 'EventType',
  /** One for each event; the same as in API Gateway's logs. */
  requestId: 'RequestId',
  /** When the connection was opened, in milliseconds since 1970. */
  connectedAt: 'ConnectedAt',
  /** The client's address as API Gateway saw it. */
  sourceIp: 'SourceIp',
  /** The literal that proves that the request came through the gateway. */
  gatewaySecret: 'GatewaySecret',
  /** On `$connect`: the query-string parameter `token`, as the client sent it. */
  token: 'Token',
  /** On `$connect`: who the authorizer says it is, or {@link NO_USER}. */
  userId: 'UserId',
  /** On `$default`: API Gateway's id of the message. */
  messageId: 'MessageId',
  /** On `$disconnect`: the WebSocket close code. Not documented by AWS as a mapping source, so it may be missing. */
  disconnectStatusCode: 'DisconnectStatusCode',
  /** On `$disconnect`: the reason in the close frame, possibly empty. May be missing, as above. */
  disconnectReason: 'DisconnectReason',
} as const;

/**
 * What `UserId` is mapped from where no authorizer is: a literal. A header that nothing maps is passed on as the client
 * sent it, so that anybody could choose a name.
 */
export const NO_USER = '-';

/**
 * The WebSocket sub-protocols that a client may offer. A script in a browser can set no header, and a URL ends up in
 * logs: `new WebSocket(url, ['backchannel', 'token.' + jwt])` carries the token in `Sec-WebSocket-Protocol`, which
 * reaches `/connect` unmapped because API Gateway passes on the handshake's own headers there.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-connect-route-subprotocol.html
 */
export const SUB_PROTOCOLS = {
  /** Offered beside the token, and the one that is answered: a browser ends a connection that names none back. */
  name: 'backchannel',
  /** Offered in its place, with or without a token, by a client that takes several messages in one frame. */
  batched: 'backchannel.batch',
  /** What stands before the token. */
  tokenPrefix: 'token.',
} as const;

/** What identifies a connection: opaque to us, and of unspecified length. */
export type ConnectionId = string & { readonly _: 'ConnectionId' };

/** Who is behind a connection: decided once, at `$connect`, and taken from the store from then on. */
export type UserId = string & { readonly _: 'UserId' };

/** The event of which a request tells. */
export type EventType = 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
