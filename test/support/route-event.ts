import { type Handshake, type RouteEvent } from '../../src/gateway/websocket/steps/map-request.js';

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

/** A handshake on its way to `$connect`. */
export const connectEvent = (
  rawHeaders: readonly string[] = [],
  query = '',
  other: Partial<RouteEvent> = {},
): RouteEvent => ({
  connection: CONNECTION,
  facts: { ...FACTS, eventType: 'CONNECT', routeKey: '$connect' },
  stageVariables: {},
  handshake: handshake(rawHeaders, query),
  ...other,
});

/** A message on its way to `$default`. */
export const messageEvent = (text: string, other: Partial<RouteEvent> = {}): RouteEvent => ({
  connection: CONNECTION,
  facts: { ...FACTS, eventType: 'MESSAGE', routeKey: '$default', messageId: 'gbgHN0-zjQAYKEhjgA==' },
  stageVariables: {},
  message: { text, json: JSON.parse(text) as unknown },
  ...other,
});

/** A close on its way to `$disconnect`. */
export const disconnectEvent = (code: number, reason: string): RouteEvent => ({
  connection: CONNECTION,
  facts: { ...FACTS, eventType: 'DISCONNECT', routeKey: '$disconnect', close: { code, reason } },
  stageVariables: {},
});

function handshake(rawHeaders: readonly string[], query: string): Handshake {
  const pairs = rawHeaders.flatMap((name, at) =>
    at % 2 === 0 ? [[name.toLowerCase(), rawHeaders[at + 1]!] as const] : [],
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
