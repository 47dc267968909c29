/**
 * Choices about connections and messages, where AWS is silent or contradicts itself. PROTOCOL.md, "Where AWS is
 * silent", lists them.
 *
 * Made elsewhere, where the code reads best:
 *
 * - texts and statuses of gateway responses that are not recorded (errors.ts)
 * - an invalid `Sec-WebSocket-Protocol` gets 400 before any call (websocket/handshake-request.ts)
 * - a handshake behind a request that has no response yet gets 400 (front/request-handler.ts)
 * - a deleted API or stage closes its connections with 1001 and calls `$disconnect` as it was served last; a
 *   handshake in flight gets 403 (websocket/connections/connection-server.ts)
 * - a `$connect` that times out, whose connection breaks after the request was sent, or that hangs when the gateway
 *   stops is followed by `$disconnect`: the backend may have accepted the client; a refused one, or one that was not
 *   sent, is not (integrations/integration-errors.ts)
 * - pings do not count as activity (websocket/connections/live-connection.ts): sources conflict, and a client that
 *   relies on them would fail on AWS
 * - messages of one connection are served concurrently, as AWS promises no order; messages after the gateway's close
 *   frame are ignored
 * - a message to a client is split every 32 KB, also within a character: AWS's boundaries were seen to vary
 *   (websocket/connections/gateway-web-socket.ts)
 * - a client's buffer holds 4 MB or 10,000 messages before a post gets 429 (limits.ts)
 * - an error status of an HTTP backend on a message route is handled as recorded for Lambda: its body is sent on a
 *   two-way route, nothing on a one-way route; over 128 KB it is an error (websocket/steps/message-reply.ts)
 * - `context.domainName` keeps the port, so that it can be called
 * - the two hours count from `connectedAt`, the earlier of the possible moments
 */

/**
 * Code and reason for `$disconnect` when the backend has accepted a client that was never connected, or may have: it
 * left or its stage was deleted while `$connect` ran, or the response of `$connect` cannot be mapped or did not arrive.
 * Otherwise the backend would remember the client forever. The text for 1006 is not recorded.
 */
export const NEVER_CONNECTED = { code: 1006, reason: 'Connection closed abnormally' } as const;

/**
 * Messages of one connection that are in flight, or wait for a place in flight, before the gateway stops reading its
 * socket: a slow backend must not fill the gateway's memory. A client that sends 30 messages a second to a backend that
 * takes 29 s stays within it.
 */
export const IN_FLIGHT_LIMITS = {
  messages: 1000,
  /** 32 messages of the largest size. */
  bytes: 4 * 1024 * 1024,
} as const;

/** Only other routes can be selected by a message: it must not pass for a handshake or a close. */
export const canMessageSelect = (routeKey: string) => routeKey !== '$connect' && routeKey !== '$disconnect';

/** Route of a message that is not JSON, whatever the selection expression yields. */
export const NON_JSON_ROUTE_KEY = '$default';

/** Response to a GET on a stage without a WebSocket handshake: sources disagree between 403 and 426. */
export const MISSING_UPGRADE = { status: 426, message: 'Upgrade Required' } as const;

/** Response to a handshake while the gateway stops, which AWS never does. */
export const GATEWAY_STOPPING = { status: 503, message: 'Service Unavailable' } as const;

/** Body of the 400 for an upgrade request that is not a WebSocket handshake: it says what is wrong. */
export const badHandshakeMessage = (problem: string) => `Bad Request: ${problem}`;

/** Whether the backend's status accepts a handshake: documented for Lambda proxies, assumed for all integrations. */
export const isAccepting = (status: number) => status >= 200 && status < 300;

/** Page that refuses a handshake with two `Authorization` headers: only its status was recorded. */
export const htmlPage = (title: string) =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
