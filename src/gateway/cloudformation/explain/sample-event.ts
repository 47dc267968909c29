import { newMessageId, newRequestId } from '../../ids.js';
import { type ConnectionFacts } from '../../mapping/context-variables.js';
import { readMessage } from '../../websocket/client-message.js';
import { type HandshakeRequest } from '../../websocket/handshake-request.js';
import { type RouteEvent } from '../../websocket/route-event.js';

/** Twenty characters that end with `==`, like a real one, and recognisable as a placeholder. */
export const PLACEHOLDER_CONNECTION_ID = 'placeholderConnect==';

/** The client's input, and the result of the authorization. */
export interface ClientInput {
  /** A message's text. */
  readonly body?: string | undefined;
  /** The handshake's query string, with or without `?`. */
  readonly query?: string | undefined;
  /** The handshake's headers. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Context variables that the authorization adds, such as `authorizer.userId`. */
  readonly context?: Readonly<Record<string, string>>;
}

/** The stage and route of an event. */
interface EventTarget {
  readonly apiId: string;
  readonly stage: string;
  readonly region: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly routeKey: string;
}

/** An event on a route. Its addresses are reserved for documentation (RFC 5737). */
export function sampleEvent(target: EventTarget, input: ClientInput, now: number): RouteEvent {
  const { routeKey, stageVariables } = target;
  const connection = placeholderConnection(target, input, now);
  const facts = { routeKey, requestId: newRequestId(), requestTime: now };
  switch (routeKey) {
    case '$connect':
      return {
        connection,
        facts: { ...facts, eventType: 'CONNECT' },
        stageVariables,
        handshake: placeholderHandshake(connection, input),
      };
    case '$disconnect': {
      const close = { code: 1005, reason: 'Client-side close frame status not set' };
      return { connection, facts: { ...facts, eventType: 'DISCONNECT', close }, stageVariables };
    }
    default:
      return {
        connection,
        facts: { ...facts, eventType: 'MESSAGE', messageId: newMessageId() },
        stageVariables,
        message: readMessage(input.body ?? ''),
      };
  }
}

function placeholderConnection(
  { apiId, stage, region }: EventTarget,
  { headers = [], context = {} }: ClientInput,
  connectedAt: number,
): ConnectionFacts {
  return {
    apiId,
    stage,
    domainName: `${apiId}.execute-api.${region}.amazonaws.com`,
    connectionId: PLACEHOLDER_CONNECTION_ID,
    connectedAt,
    sourceIp: '203.0.113.1',
    userAgent: headers.find(([name]) => name.toLowerCase() === 'user-agent')?.[1],
    authorized: context,
    gatewayIp: '198.51.100.1',
  };
}

function placeholderHandshake({ stage, domainName }: ConnectionFacts, input: ClientInput): HandshakeRequest {
  const query = (input.query ?? '').replace(/^\?/, '');
  const sent = [
    ['Host', domainName],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', 'cGxhY2Vob2xkZXJOb25jZQ=='],
    ...(input.headers ?? []),
  ] as const;
  return {
    target: query === '' ? `/${stage}` : `/${stage}?${query}`,
    rawHeaders: sent.flat(),
    header: grouped(sent.map(([name, value]) => [name.toLowerCase(), value] as const)),
    querystring: grouped([...new URLSearchParams(query)]),
  };
}

function grouped(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, readonly string[]> {
  const groups = Map.groupBy(pairs, ([name]) => name);
  return new Map([...groups].map(([name, group]) => [name, group.map(([, value]) => value)]));
}
