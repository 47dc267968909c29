import { FORBIDDEN_ERROR_TYPE, GATEWAY_RESPONSES, type GatewayResponse } from '../../errors.js';
import { HOP_BY_HOP_HEADERS } from '../../hop-by-hop-headers.js';
import { type ContextVariables } from '../../mapping/context-variables.js';
import {
  badHandshakeMessage,
  GATEWAY_STOPPING,
  htmlPage,
  isAccepting,
  URL_TOO_LONG,
} from '../../silent/websocket-choices.js';
import { type Admission, type Refusal } from '../admission.js';
import { type MappedResponse } from '../mapped-response.js';
import { errorFrame } from './message-reply.js';

/** Any 2xx of `$connect` opens the connection; any other response is sent to the client. */
export function admission(
  response: MappedResponse,
  authorized: ContextVariables,
  requestId: string,
): Admission {
  if (isAccepting(response.status)) {
    const protocol = response.headers['sec-websocket-protocol'];
    return {
      kind: 'accepted',
      protocol: typeof protocol === 'string' ? protocol : protocol?.[0],
      authorized,
    };
  }
  // C6: the content type is there also when the integration has sent none
  const headers = Object.entries({ 'content-type': JSON_UTF_8, ...response.headers })
    .filter(([name]) => !NOT_PASSED_ON.has(name))
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).flatMap((item) => [name, String(item)]),
    );
  headers.push('x-amz-apigw-id', requestId);
  const reason = `the integration of $connect responded with ${response.status}`;
  return { kind: 'refused', status: response.status, headers, body: response.body, reason, requestId };
}

const JSON_UTF_8 = 'application/json; charset=UTF-8';

/** Headers of the backend's connection, not of its response, and those that the gateway sets itself. */
const NOT_PASSED_ON = new Set([
  ...HOP_BY_HOP_HEADERS,
  'date',
  'proxy-authenticate',
  'sec-websocket-accept',
  'x-amz-apigw-id',
]);

/**
 * The gateway's own refusal of a handshake: its body is an error frame, or a page.
 *
 * @param reason for the log
 */
export function refusal(
  response: GatewayResponse,
  connectionId: string,
  requestId: string,
  reason: string,
): Refusal {
  if (response.isHtml) return page(response, requestId, reason);
  return {
    kind: 'refused',
    status: response.status,
    reason,
    requestId,
    headers: ['Content-Type', JSON_UTF_8, 'x-amz-apigw-id', requestId],
    body: Buffer.from(errorFrame(response, connectionId, requestId)),
  };
}

/** A page of a server in front of the gateway, which knows no connection. */
function page({ status, message }: GatewayResponse, requestId: string, reason: string): Refusal {
  return {
    kind: 'refused',
    status,
    reason,
    requestId,
    headers: ['Content-Type', 'text/html'],
    body: Buffer.from(htmlPage(`${status} ${message}`)),
  };
}

/** The upgrade request is not a WebSocket handshake (RFC 6455, 4.2.1). */
export const badHandshake = (problem: string): Refusal =>
  jsonRefusal(400, badHandshakeMessage(problem), problem);

/** The URL is longer than API Gateway accepts. */
export const urlTooLong = (problem: string): Refusal =>
  jsonRefusal(URL_TOO_LONG.status, `${URL_TOO_LONG.message}: ${problem}`, problem);

/** The gateway stops. */
export const unavailable = (reason: string): Refusal =>
  jsonRefusal(GATEWAY_STOPPING.status, GATEWAY_STOPPING.message, reason);

function jsonRefusal(status: number, message: string, reason: string): Refusal {
  return {
    kind: 'refused',
    status,
    reason,
    headers: ['Content-Type', 'application/json'],
    body: Buffer.from(JSON.stringify({ message })),
  };
}

/**
 * There is no such stage, or nothing is deployed to it. The body names no connection.
 *
 * @param reason for the log
 */
export function forbidden(requestId: string, reason: string): Refusal {
  const { status, message } = GATEWAY_RESPONSES.forbidden;
  return {
    kind: 'refused',
    status,
    reason,
    requestId,
    headers: [
      'Content-Type',
      'application/json',
      'x-amzn-ErrorType',
      FORBIDDEN_ERROR_TYPE,
      'x-amz-apigw-id',
      requestId,
    ],
    body: Buffer.from(JSON.stringify({ message })),
  };
}
