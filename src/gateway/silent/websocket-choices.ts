import { LIMITS } from '../limits.js';
import { type ChoiceTable, count, megabytes } from './choice-table.js';

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

/**
 * Largest frame to a client; a longer message is sent in several. C8: AWS sent 32,768 bytes in frames of 2077, 2019,
 * 8192, … bytes and 32,769 bytes in frames of 10927, 1361, … bytes, which follows no rule.
 */
export const FRAGMENT_BYTES = 8 * 1024;

/** Only other routes can be selected by a message: it must not pass for a handshake or a close. */
export const canMessageSelect = (routeKey: string) => routeKey !== '$connect' && routeKey !== '$disconnect';

/** Route of a message that is not JSON, whatever the selection expression yields. */
export const NON_JSON_ROUTE_KEY = '$default';

/** Response to a GET on a stage without a WebSocket handshake: sources disagree between 403 and 426. */
export const MISSING_UPGRADE = { status: 426, message: 'Upgrade Required' } as const;

/** Response to a handshake whose URL is over the quota: AWS documents the number, not the response. */
export const URL_TOO_LONG = { status: 414, message: 'URI Too Long' } as const;

/** Response to a handshake while the gateway stops, which AWS never does. */
export const GATEWAY_STOPPING = { status: 503, message: 'Service Unavailable' } as const;

/** Body of the 400 for an upgrade request that is not a WebSocket handshake: it says what is wrong. */
export const badHandshakeMessage = (problem: string) => `Bad Request: ${problem}`;

/** Whether the backend's status accepts a handshake: documented for Lambda proxies, assumed for all integrations. */
export const isAccepting = (status: number) => status >= 200 && status < 300;

/** Page that refuses a handshake with two `Authorization` headers: only its status was recorded. */
export const htmlPage = (title: string) =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;

/** Choices about connections and messages, where AWS is silent or contradicts itself. */
export const CONNECTION_CHOICES: ChoiceTable = {
  title: 'Connections and messages',
  rows: [
    {
      question: 'an integration that cannot be reached, on `$connect`',
      choice: '502',
      because: 'recorded for Lambda',
      where: 'errors.ts',
    },
    {
      question: 'a client that leaves, or closes its half of the TCP connection, while `$connect` runs',
      choice: 'no 101; `$disconnect` with 1006 if the backend accepted it',
      because: 'the backend would remember it for ever',
    },
    {
      question: 'a `$connect` that was accepted, but whose response cannot be mapped',
      choice: '500, and `$disconnect` with 1006',
      because: 'the same',
    },
    {
      question:
        'a `$connect` that times out, whose connection breaks after the request was sent, or that hangs when the gateway stops',
      choice: '`$disconnect` with 1006, possibly while the backend still works on `$connect`',
      because: 'the backend may have accepted it, and would remember it for ever',
      where: 'integrations/integration-errors.ts',
    },
    {
      question:
        "a `$connect` that is refused by the backend (a response outside 2xx, a function's error) or by the gateway (an authorizer's denial), or that was never sent",
      choice: 'no `$disconnect`',
      because: 'the backend has not accepted the client',
      where: 'integrations/integration-errors.ts',
    },
    {
      question: '`Sec-WebSocket-Protocol` with a space, `=`, an empty or a repeated name',
      choice: '400 before anything is called, also before an authorizer',
      because: 'RFC 6455; browsers do not send it',
      where: 'websocket/handshake-request.ts',
    },
    {
      question: `a handshake whose URL is longer than ${count(LIMITS.handshakeUrlCharacters)} characters`,
      choice: `${URL_TOO_LONG.status}, before anything is called; scheme and host count, the host with the length that it has on AWS if that is greater`,
      because: 'AWS documents only the number',
      where: 'websocket/handshake-request.ts',
    },
    {
      question: 'a handshake behind a request of the same TCP connection that has no response yet',
      choice: '400, after that response',
      because: 'a response would be among the frames',
      where: 'front/request-handler.ts',
    },
    {
      question: 'a deleted API or stage',
      choice:
        'its connections are closed with 1001 `Going away`. `$disconnect` is called once more as the stage served it last; a VPC link or function that is deleted too no longer receives it',
      because: 'clients would get `Forbidden` for every message, and the backend would remember them',
      where: 'websocket/connections/connection-server.ts',
    },
    {
      question: 'a deleted API or stage, while `$connect` runs',
      choice:
        'the handshake gets 403, and `$disconnect` with 1006 is called if the backend accepted the client',
      because: 'the same',
      where: 'websocket/connections/connection-server.ts',
    },
    {
      question: 'a handshake while the gateway itself stops',
      choice: `${GATEWAY_STOPPING.status}`,
      because: 'AWS never stops',
    },
    {
      question: 'a message that names `$connect` or `$disconnect` as its route',
      choice: 'goes to `$default`',
    },
    { question: 'text that is not JSON, with a fixed selection expression', choice: 'goes to `$default`' },
    {
      question: 'messages of one connection',
      choice: `do not wait for one another while fewer than ${count(IN_FLIGHT_LIMITS.messages)}, with less than ${megabytes(IN_FLIGHT_LIMITS.bytes)}, are in flight`,
      because: 'AWS promises no order',
      where: 'websocket/connections/inbound-messages.ts',
    },
    {
      question: 'a client that sends faster than the backend responds',
      choice: `with ${count(IN_FLIGHT_LIMITS.messages)} messages or ${megabytes(IN_FLIGHT_LIMITS.bytes)} in flight the gateway does not read its socket, so that TCP slows it down; pings and a close frame behind those messages wait too, at most for the integration's timeout`,
      because: "the gateway's memory must not depend on a slow backend",
      where: 'websocket/connections/inbound-messages.ts',
    },
    {
      question: 'an integration that times out on a message',
      choice: 'the frame `Endpoint request timed out`',
      where: 'errors.ts',
    },
    {
      question: 'a 4xx or 5xx response of an HTTP backend on a message route',
      choice: 'as recorded for Lambda: nothing on a one-way route, the body on a two-way one',
      where: 'websocket/steps/message-reply.ts',
    },
    {
      question: 'whether a ping keeps a connection from becoming idle',
      choice: 'no',
      because: 'sources conflict; a client that relies on it would fail only on AWS',
      where: 'websocket/connections/live-connection.ts',
    },
    {
      question: 'where a long message to a client is split',
      choice: `every ${FRAGMENT_BYTES / 1024} KB, also within a character`,
      because: 'AWS splits messages of 32 KB too, into frames whose sizes were seen to vary',
      where: 'websocket/connections/gateway-web-socket.ts',
    },
    {
      question: 'what `$disconnect` receives after a bad frame',
      choice: 'the code with which the gateway closed; a reason only for 1009 and 1003',
    },
    { question: `reason for ${NEVER_CONNECTED.code}`, choice: `\`${NEVER_CONNECTED.reason}\`` },
    {
      question: 'messages after the gateway has sent its close frame',
      choice: 'are not served',
      where: 'websocket/connections/connection-server.ts',
    },
    {
      question: 'start of the two hours',
      choice: '`connectedAt`, before `$connect` responds',
      because: 'the earlier of the two',
      where: 'websocket/connections/live-connection.ts',
    },
    {
      question: 'GET on a stage without an upgrade',
      choice: `${MISSING_UPGRADE.status}`,
      because: 'sources disagree between 403 and 426',
    },
    {
      question: '`context.domainName` with a port',
      choice: 'the port is kept',
      because: 'so that the URL works',
      where: 'websocket/connections/connection-server.ts',
    },
    {
      question: 'a throttled handshake or message',
      choice: '429, or the error frame `Too Many Requests`',
      because: 'the text of REST APIs',
      where: 'errors.ts',
    },
    {
      question: 'when a post is throttled because the client does not read',
      choice: `when over ${megabytes(LIMITS.clientBufferBytes)}, or ${count(LIMITS.clientBufferMessages)} messages, are queued; less when over ${megabytes(LIMITS.clientBuffersBytes / 2)} are queued for all clients, of at most ${megabytes(LIMITS.clientBuffersBytes)}`,
      because: 'AWS documents the 429, not the number',
      where: 'limits.ts',
    },
    {
      question: 'a reply to a message of such a client',
      choice: 'is dropped, with a log line',
      where: 'websocket/connections/connection-server.ts',
    },
    {
      question: 'a throttled, unauthorized call of `@connections`',
      choice: '400 or 403 has precedence',
      where: 'websocket/management-api.ts',
    },
    {
      question: 'GET or DELETE with over 128 KB of body',
      choice: '413, like POST',
      because: 'the signature cannot be checked',
      where: 'websocket/management-api.ts',
    },
    {
      question: 'an unsigned call with a bad id',
      choice: '400',
      because: 'recorded only for a signed caller',
      where: 'websocket/management-api.ts',
    },
  ],
};
