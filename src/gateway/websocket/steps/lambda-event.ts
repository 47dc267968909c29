import { newTraceId } from '../../ids.js';
import { contextVariables } from '../../mapping/context-variables.js';
import { type RouteEvent } from './map-request.js';

/**
 * What an `AWS_PROXY` integration's function receives, with the keys of the events recorded from AWS between 2023 and
 * 2026, in their order: a key that an event does not have is absent, not null. Of the client's request, the query string
 * and every header but those of the connection come with `$connect` alone; a message brings its text and nothing else.
 */
export function proxyEvent(event: RouteEvent): object {
  const { handshake, message, facts, stageVariables } = event;
  const withStageVariables = Object.keys(stageVariables).length > 0 && { stageVariables };
  switch (facts.eventType) {
    case 'CONNECT': {
      const headers = eventHeaders(event);
      const query = [...(handshake?.querystring ?? [])];
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
      // the client is gone: this is what AWS makes up in place of its headers
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
 * What a Lambda authorizer of type `REQUEST` receives. Unlike the integration's function it is shown the headers of the
 * connection, and `stageVariables` when there are none.
 *
 * @param methodArn `arn:aws:execute-api:{region}:{account}:{api}/{stage}/$connect`
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export function authorizerEvent(event: RouteEvent, methodArn: string): object {
  const headers = [
    ...eventHeaders(event),
    ['Connection', ['upgrade']] as const,
    ['Upgrade', ['websocket']] as const,
    ['content-length', ['0']] as const,
  ];
  const query = [...(event.handshake?.querystring ?? [])];
  return {
    type: 'REQUEST',
    methodArn,
    headers: lastValues(headers),
    multiValueHeaders: Object.fromEntries(headers),
    // the guide's event has a query string; that these are empty rather than absent without one is not recorded
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
    ...(authorizer && { authorizer }),
    ...(facts.messageId !== undefined && { messageId: facts.messageId }),
    ...(facts.close && { disconnectStatusCode: facts.close.code }),
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
 * What authorization found, as the event nests it. That an API key and an IAM caller are in `identity` is known of REST
 * APIs; no recording of a WebSocket API with either is.
 */
function authorized(variables: Readonly<Record<string, string>>) {
  const below = (prefix: string) =>
    Object.entries(variables)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value] as const);
  const authorizer = below('authorizer.').map(
    // the one value that the gateway measures itself, and the only number
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

/** The last value wins, as in the recordings. */
const lastValues = (values: Values): Readonly<Record<string, string>> =>
  Object.fromEntries(values.map(([name, all]) => [name, all.at(-1) ?? '']));

/** Headers of the connection, which are not the function's business, and those that the gateway sets itself. */
const NOT_PASSED_ON = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-proto',
]);
