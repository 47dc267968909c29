import { HOP_BY_HOP_HEADERS } from '../../hop-by-hop-headers.js';
import { newTraceId } from '../../ids.js';
import { type ContextVariables, contextVariables } from '../../mapping/context-variables.js';
import { type RouteEvent } from '../route-event.js';

/**
 * The event for the function of an `AWS_PROXY` integration. Keys and their order are those recorded from AWS between
 * 2023 and 2026; a key without a value is absent, not null. Only `$connect` has the client's query string and
 * headers, without those of its connection, both sorted by name (C13); a message has only its text.
 */
export function proxyEvent(event: RouteEvent): object {
  const { handshake, message, facts, stageVariables } = event;
  const withStageVariables = Object.keys(stageVariables).length > 0 && { stageVariables };
  switch (facts.eventType) {
    case 'CONNECT': {
      const headers = sorted(eventHeaders(event));
      const query = sorted([...(handshake?.querystring ?? [])]);
      return {
        headers: lastValues(headers),
        multiValueHeaders: Object.fromEntries(headers),
        ...(query.length > 0 && {
          queryStringParameters: lastValues(query),
          multiValueQueryStringParameters: Object.fromEntries(query),
        }),
        ...withStageVariables,
        requestContext: requestContext(event),
        isBase64Encoded: false,
      };
    }
    case 'MESSAGE':
      return {
        ...withStageVariables,
        requestContext: requestContext(event),
        body: message?.text,
        isBase64Encoded: false,
      };
    case 'DISCONNECT': {
      // recorded: AWS sends these in place of the client's headers
      const headers = {
        Host: event.connection.domainName,
        'x-api-key': '',
        'X-Forwarded-For': '',
        'x-restapi': '',
      };
      return {
        headers,
        multiValueHeaders: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, [value]]),
        ),
        ...withStageVariables,
        requestContext: requestContext(event),
        isBase64Encoded: false,
      };
    }
  }
}

/**
 * The event for a Lambda authorizer of type `REQUEST`. Unlike a proxy integration's event it contains the headers of
 * the connection, and `stageVariables` even if there are none. C13: headers are sorted, the query is in the client's
 * order.
 *
 * @param methodArn `arn:aws:execute-api:{region}:{account}:{api}/{stage}/$connect`
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export function authorizerEvent(event: RouteEvent, methodArn: string): object {
  const headers = sorted([
    ...eventHeaders(event),
    ['Connection', ['upgrade']],
    ['Upgrade', ['websocket']],
    ['content-length', ['0']],
  ]);
  const query = [...(event.handshake?.querystring ?? [])];
  return {
    type: 'REQUEST',
    methodArn,
    headers: lastValues(headers),
    multiValueHeaders: Object.fromEntries(headers),
    queryStringParameters: lastValues(query),
    multiValueQueryStringParameters: Object.fromEntries(query),
    stageVariables: event.stageVariables,
    requestContext: requestContext(event),
  };
}

type Values = readonly (readonly [string, readonly string[]])[];

function requestContext({ connection, facts }: RouteEvent): object {
  const { requestTime } = contextVariables({ ...connection, ...facts });
  const { authorizer, identity } = authorized(connection.authorized);
  return {
    routeKey: facts.routeKey,
    ...(facts.close && { disconnectStatusCode: facts.close.code }),
    ...(authorizer && { authorizer }),
    ...(facts.messageId !== undefined && { messageId: facts.messageId }),
    eventType: facts.eventType,
    extendedRequestId: facts.requestId,
    requestTime,
    messageDirection: 'IN',
    ...(facts.close && { disconnectReason: facts.close.reason }),
    stage: connection.stage,
    connectedAt: connection.connectedAt,
    requestTimeEpoch: facts.requestTime,
    identity: {
      ...identity,
      ...(connection.userAgent !== undefined && { userAgent: connection.userAgent }),
      sourceIp: connection.sourceIp,
    },
    requestId: facts.requestId,
    domainName: connection.domainName,
    connectionId: connection.connectionId,
    apiId: connection.apiId,
  };
}

/**
 * The result of the authorization as the event nests it. API key and IAM caller are in `identity`, as in REST APIs; no
 * recording of a WebSocket API with either is known.
 */
function authorized(variables: ContextVariables) {
  const below = (prefix: string) =>
    Object.entries(variables)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value] as const);
  const authorizer = below('authorizer.').map(
    // measured by the gateway; the only number
    ([name, value]) => [name, name === 'integrationLatency' ? Number(value) : value] as const,
  );
  return {
    authorizer: authorizer.length > 0 ? Object.fromEntries(authorizer) : undefined,
    identity: Object.fromEntries(below('identity.')),
  };
}

/** The client's headers in its own spelling, then those that the gateway sets. */
function eventHeaders({ connection, handshake }: RouteEvent): Values {
  const values = new Map<string, { readonly name: string; readonly values: string[] }>();
  const rawHeaders = handshake?.rawHeaders ?? [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    const key = name.toLowerCase();
    if (NOT_PASSED_ON.has(key)) continue;
    const header = values.get(key);
    if (header) header.values.push(value);
    else values.set(key, { name, values: [value] });
  }
  const forwardedFor = [...(handshake?.header.get('x-forwarded-for') ?? []), connection.sourceIp];
  return [
    ...values.values().map((header) => [header.name, header.values] as const),
    ['Host', [connection.domainName]],
    ['X-Amzn-Trace-Id', [newTraceId()]],
    ['X-Forwarded-For', [forwardedFor.join(', ')]],
    ['X-Forwarded-Port', ['443']],
    ['X-Forwarded-Proto', ['https']],
  ];
}

/** By name, without regard to case. */
const sorted = (values: Values): Values =>
  values.toSorted(([a], [b]) => {
    const [left, right] = [a.toLowerCase(), b.toLowerCase()];
    return left < right ? -1 : Number(left > right);
  });

/** The last value wins, as in the recordings. */
const lastValues = (values: Values): Readonly<Record<string, string>> =>
  Object.fromEntries(values.map(([name, all]) => [name, all.at(-1) ?? '']));

/** Headers of the client's connection, and those that the gateway sets itself. */
const NOT_PASSED_ON = new Set([
  ...HOP_BY_HOP_HEADERS,
  'expect',
  'host',
  'proxy-connection',
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-proto',
]);
