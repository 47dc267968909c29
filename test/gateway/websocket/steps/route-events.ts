import { type DeployedIntegration } from '../../../../src/gateway/control/snapshot.js';
import { type EventFacts } from '../../../../src/gateway/mapping/context-variables.js';
import { parseParameterMapping } from '../../../../src/gateway/mapping/request-parameters.js';
import { type RouteEvent } from '../../../../src/gateway/websocket/steps/map-request.js';
import { readMessage } from '../../../../src/gateway/websocket/steps/select-route.js';

/** Events and integrations for the steps that work on them, with nothing special about them unless told. */

const connection: RouteEvent['connection'] = {
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

const facts = (eventType: EventFacts['eventType'], routeKey: string): EventFacts => ({
  eventType,
  routeKey,
  requestId: 'R1knPH17NjMFftw=',
  requestTime: 1_705_751_700_453,
});

export const messageEvent = (text: string, stageVariables: Record<string, string> = {}): RouteEvent => ({
  connection,
  facts: { ...facts('MESSAGE', '$default'), messageId: 'R1knPc2ntjMCFIA=' },
  stageVariables,
  message: readMessage(text),
});

/** @param headers names and values by turns */
export function connectEvent({
  headers,
  query,
}: {
  headers: readonly string[];
  query: Record<string, readonly string[]>;
}): RouteEvent {
  const pairs = headers.flatMap((name, at) =>
    at % 2 === 0 ? [[name.toLowerCase(), [headers[at + 1] ?? '']] as const] : [],
  );
  return {
    connection,
    facts: facts('CONNECT', '$connect'),
    stageVariables: {},
    handshake: {
      target: '/dev',
      rawHeaders: headers,
      header: new Map(pairs),
      querystring: new Map(Object.entries(query)),
    },
  };
}

export const disconnectEvent = (): RouteEvent => ({
  connection,
  facts: { ...facts('DISCONNECT', '$disconnect'), close: { code: 1001, reason: '' } },
  stageVariables: {},
});

/** @param parameters destination → source */
export const integrationOf = (
  values: Partial<DeployedIntegration>,
  parameters: Record<string, string> = {},
): DeployedIntegration => ({
  type: 'HTTP_PROXY',
  method: 'POST',
  uri: 'http://backend.example/',
  vpcLinkId: undefined,
  timeoutMs: 29_000,
  passthrough: 'WHEN_NO_MATCH',
  contentHandling: undefined,
  requestTemplates: { selection: undefined, byKey: new Map() },
  responses: [],
  parameters: Object.entries(parameters).map(([to, from]) => parseParameterMapping(to, from)),
  ...values,
});
