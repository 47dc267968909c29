import { readMessage } from '../../src/gateway/websocket/client-message.js';
import { type HandshakeRequest } from '../../src/gateway/websocket/handshake-request.js';
import { type HandshakeEvent, type RouteEvent } from '../../src/gateway/websocket/route-event.js';

const CONNECTION = {
  apiId: 'api1234567',
  stage: 'dev',
  domainName: 'api1234567.execute-api.us-east-1.amazonaws.com',
  connectionId: 'gbgBEG6oLQAYKEhVEA==',
  connectedAt: 1_705_751_697_419,
  sourceIp: '203.0.113.9',
  userAgent: undefined,
  authorized: {},
  gatewayIp: '192.0.2.1',
};

const FACTS = { requestId: 'R1knPH17NjMFftw=', requestTime: 1_705_751_700_453 };

/**
 * A handshake on `$connect`.
 *
 * @param rawHeaders flat list: name, value, …
 */
export const connectEvent = (
  rawHeaders: readonly string[] = [],
  query = '',
  overrides: Partial<RouteEvent> = {},
): HandshakeEvent => ({
  connection: CONNECTION,
  facts: { ...FACTS, eventType: 'CONNECT', routeKey: '$connect' },
  stageVariables: {},
  ...overrides,
  handshake: handshake(rawHeaders, query),
});

/** A message on `$default`. */
export const messageEvent = (text: string, overrides: Partial<RouteEvent> = {}): RouteEvent => ({
  connection: CONNECTION,
  facts: { ...FACTS, eventType: 'MESSAGE', routeKey: '$default', messageId: 'gbgHN0-zjQAYKEhjgA==' },
  stageVariables: {},
  message: readMessage(text),
  ...overrides,
});

/** A close on `$disconnect`. */
export const disconnectEvent = (code = 1001, reason = ''): RouteEvent => ({
  connection: CONNECTION,
  facts: { ...FACTS, eventType: 'DISCONNECT', routeKey: '$disconnect', close: { code, reason } },
  stageVariables: {},
});

function handshake(rawHeaders: readonly string[], query: string): HandshakeRequest {
  const pairs = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), rawHeaders[index + 1]!] as const] : [],
  );
  return {
    target: `/dev?${query}`,
    rawHeaders,
    header: valuesByName(pairs),
    querystring: valuesByName([...new URLSearchParams(query)]),
  };
}

const valuesByName = (pairs: readonly (readonly [string, string])[]) =>
  new Map(
    Map.groupBy(pairs, ([name]) => name)
      .entries()
      .map(([name, values]) => [name, values.map(([, value]) => value)]),
  );
