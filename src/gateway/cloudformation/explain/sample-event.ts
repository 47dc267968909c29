import { newMessageId, newRequestId } from '../../ids.js';
import { type ConnectionFacts } from '../../mapping/context-variables.js';
import { type Handshake, type RouteEvent } from '../../websocket/steps/map-request.js';
import { readMessage } from '../../websocket/steps/select-route.js';

/** Twenty characters that end with `==`, as a real one has, and nobody takes it for one. */
export const MADE_UP_CONNECTION_ID = 'madeUpConnection00==';

/** What the client sends, and what the rest of the gateway would have found out. */
export interface ClientInput {
  /** The text of a message. */
  readonly body?: string | undefined;
  /** Of the handshake, with or without `?`. */
  readonly query?: string | undefined;
  /** Of the handshake. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Context variables that authorization finds, such as `authorizer.userId`. */
  readonly context?: Readonly<Record<string, string>>;
}

export interface EventPlace {
  readonly apiId: string;
  readonly stage: string;
  readonly region: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly routeKey: string;
}

/** An event on a route, from addresses that are reserved for documentation (RFC 5737). */
export function madeUpEvent(place: EventPlace, input: ClientInput, now: number): RouteEvent {
  const { routeKey, stageVariables } = place;
  const connection = madeUpConnection(place, input, now);
  const facts = { routeKey, requestId: newRequestId(), requestTime: now };
  switch (routeKey) {
    case '$connect':
      return {
        connection,
        facts: { ...facts, eventType: 'CONNECT' },
        stageVariables,
        handshake: madeUpHandshake(connection, input),
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

function madeUpConnection(
  { apiId, stage, region }: EventPlace,
  { headers = [], context = {} }: ClientInput,
  connectedAt: number,
): ConnectionFacts {
  return {
    apiId,
    stage,
    domainName: `${apiId}.execute-api.${region}.amazonaws.com`,
    connectionId: MADE_UP_CONNECTION_ID,
    connectedAt,
    sourceIp: '203.0.113.1',
    userAgent: headers.find(([name]) => name.toLowerCase() === 'user-agent')?.[1],
    authorized: context,
    gatewayIp: '198.51.100.1',
  };
}

function madeUpHandshake({ stage, domainName }: ConnectionFacts, input: ClientInput): Handshake {
  const query = (input.query ?? '').replace(/^\?/, '');
  const sent = [
    ['Host', domainName],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', 'bWFkZVVwQ29ubmVjdGlvbg=='],
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
