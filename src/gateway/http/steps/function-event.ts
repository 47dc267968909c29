import { type FunctionIntegration } from '../../control/http-snapshot.js';
import { HOP_BY_HOP_HEADERS } from '../../hop-by-hop-headers.js';
import { newTraceId } from '../../ids.js';
import { commonLogTime } from '../../mapping/context-variables.js';
import { authorizerOf, isTextBody, pathOfPayload1 } from '../../silent/http-choices.js';
import { type ApiEvent } from '../api-event.js';
import { type ApiRequest } from '../api-request.js';
import { queryParameters } from '../query-string.js';
import { domainPrefix, PROTOCOL } from './http-context.js';
import { mapHttpRequest } from './map-http-request.js';

/**
 * The event for the function of an `AWS_PROXY` integration, as JSON. Members and their order are those recorded from AWS
 * in 2026 (payload 2.0) and documented (1.0).
 *
 * @throws {MappingError} a mapped value cannot be sent as a header
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function functionEvent(integration: FunctionIntegration, event: ApiEvent): string {
  const { request } = event;
  const mapped = mapHttpRequest(integration, event, {
    headers: eventHeaders(event),
    queryString: request.queryString,
  });
  const facts: EventFacts = {
    headers: mapped.headers,
    queryString: mapped.queryString,
    path: mapped.path ?? request.path,
    ...eventBody(event),
  };
  return JSON.stringify(
    integration.payloadFormatVersion === '2.0' ? payload2(event, facts) : payload1(event, facts),
  );
}

/** The parts of an event that mappings may have changed, and its body. */
interface EventFacts {
  /** Flat list: name, value, … */
  readonly headers: readonly string[];
  readonly queryString: string;
  readonly path: string;
  readonly body: string | undefined;
  readonly isBase64Encoded: boolean;
}

/** H6.08: a member without a value is absent, not null. */
function payload2(
  event: ApiEvent,
  { headers, queryString, path, body, isBase64Encoded }: EventFacts,
): object {
  const { request, route, pathParameters, stageVariables } = event;
  const cookies = cookiePairs(headers);
  const query = joinedValues(queryParameters(queryString));
  const authorizer = authorizerOf(event.authorized);
  return {
    version: '2.0',
    routeKey: route.routeKey,
    // H6.09: decoded, despite its name, and with a named stage
    rawPath: path,
    rawQueryString: queryString,
    ...(cookies.length > 0 && { cookies }),
    headers: lowerCaseHeaders(headers),
    ...(query.size > 0 && { queryStringParameters: Object.fromEntries(query) }),
    requestContext: {
      accountId: event.accountId,
      apiId: request.apiId,
      ...(authorizer && { authorizer }),
      domainName: request.host,
      domainPrefix: domainPrefix(request),
      http: {
        method: request.method,
        path,
        protocol: PROTOCOL,
        sourceIp: request.sourceIp,
        userAgent: request.userAgent ?? '',
      },
      requestId: request.requestId,
      routeKey: route.routeKey,
      stage: event.stage,
      time: commonLogTime(request.requestTime),
      timeEpoch: request.requestTime,
    },
    ...(body !== undefined && { body }),
    ...(pathParameters.size > 0 && { pathParameters: Object.fromEntries(pathParameters) }),
    ...(Object.keys(stageVariables).length > 0 && { stageVariables }),
    isBase64Encoded,
  };
}

/** H6.22: a member without a value is null. */
function payload1(
  event: ApiEvent,
  { headers, queryString, path, body, isBase64Encoded }: EventFacts,
): object {
  const { request, route, pathParameters, stageVariables } = event;
  const query = multiValues(queryParameters(queryString));
  const all = multiValues(pairs(headers).map(([name, value]) => [payload1Name(name), value]));
  return {
    version: '1.0',
    resource: route.routeKey.slice(route.routeKey.indexOf(' ') + 1),
    path: pathOfPayload1(path),
    httpMethod: request.method,
    headers: lastValues(all),
    multiValueHeaders: Object.fromEntries(all),
    queryStringParameters: query.size === 0 ? null : lastValues(query),
    multiValueQueryStringParameters: query.size === 0 ? null : Object.fromEntries(query),
    requestContext: {
      accountId: event.accountId,
      apiId: request.apiId,
      authorizer: { claims: null, scopes: null },
      domainName: request.host,
      domainPrefix: domainPrefix(request),
      extendedRequestId: request.requestId,
      httpMethod: request.method,
      identity: {
        accessKey: event.authorized['identity.accessKey'] ?? null,
        accountId: event.authorized['identity.accountId'] ?? null,
        caller: event.authorized['identity.caller'] ?? null,
        cognitoAmr: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: request.sourceIp,
        user: event.authorized['identity.user'] ?? null,
        userAgent: request.userAgent ?? null,
        userArn: event.authorized['identity.userArn'] ?? null,
      },
      path,
      protocol: PROTOCOL,
      requestId: request.requestId,
      requestTime: commonLogTime(request.requestTime),
      requestTimeEpoch: request.requestTime,
      resourceId: route.routeKey,
      resourcePath: route.routeKey.slice(route.routeKey.indexOf(' ') + 1),
      stage: event.stage,
    },
    pathParameters: pathParameters.size === 0 ? null : Object.fromEntries(pathParameters),
    stageVariables: Object.keys(stageVariables).length === 0 ? null : stageVariables,
    body: body ?? null,
    isBase64Encoded,
  };
}

/** The client's headers and those that the gateway sets (H6.04, H6.05). */
function eventHeaders({ request, body }: ApiEvent): readonly string[] {
  const headers: string[] = [];
  let forwardedFor = '';
  let traceId = newTraceId();
  for (const [name, value] of pairs(request.rawHeaders)) {
    const lower = name.toLowerCase();
    if (!SPECIAL.has(lower)) headers.push(name, value);
    else if (lower === 'x-forwarded-for') forwardedFor += `${value}, `;
    else if (lower === 'x-amzn-trace-id') traceId = `Self=${traceId.slice('Root='.length)};${value}`;
  }
  headers.push('Content-Length', String(body?.length ?? 0), 'Host', request.host);
  headers.push('X-Amzn-Trace-Id', traceId, 'X-Forwarded-For', forwardedFor + request.sourceIp);
  headers.push('X-Forwarded-Port', '443', 'X-Forwarded-Proto', 'https');
  return headers;
}

/** Headers of the client's connection, and those that the gateway sets itself. */
const SPECIAL = new Set([
  ...HOP_BY_HOP_HEADERS,
  'expect',
  'host',
  'proxy-connection',
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-proto',
]);

/** H6.15, H6.16: text of a few types, everything else in base64. */
function eventBody({ body, request }: ApiEvent): Pick<EventFacts, 'body' | 'isBase64Encoded'> {
  if (body === undefined) return { body: undefined, isBase64Encoded: false };
  const isText = isTextBody(contentType(request));
  return { body: body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
}

/** Without parameters, in lower case. */
const contentType = ({ rawHeaders }: ApiRequest): string | undefined =>
  pairs(rawHeaders)
    .findLast(([name]) => name.toLowerCase() === 'content-type')?.[1]
    .split(';', 1)[0]
    ?.trim()
    .toLowerCase();

/** H6.13: the pairs of all `Cookie` headers, in order. */
const cookiePairs = (headers: readonly string[]): readonly string[] =>
  pairs(headers)
    .filter(([name]) => name.toLowerCase() === 'cookie')
    .flatMap(([, value]) => value.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');

/** H6.12: names in lower case, values of one name joined with a comma; `cookie` is not among them (H6.13). */
function lowerCaseHeaders(headers: readonly string[]): Readonly<Record<string, string>> {
  const lower = pairs(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const joined = joinedValues(lower.filter(([name]) => name !== 'cookie'));
  return Object.fromEntries([...joined].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** H6.25: names in title case, except some that were recorded in lower case. */
const payload1Name = (name: string): string => {
  const lower = name.toLowerCase();
  return LOWER_CASE_IN_PAYLOAD_1.test(lower) ? lower : titleCase(lower);
};

const LOWER_CASE_IN_PAYLOAD_1 = /^(?:accept(?:-.*)?|authorization|cache-control|sec-.*)$/;

const titleCase = (name: string) => name.replaceAll(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());

type Pairs = readonly (readonly [name: string, value: string])[];

function pairs(headers: readonly string[]): Pairs {
  const all: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    all.push([headers[index] ?? '', headers[index + 1] ?? '']);
  }
  return all;
}

function joinedValues(all: Pairs): ReadonlyMap<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of all) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return joined;
}

function multiValues(all: Pairs): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, string[]>();
  for (const [name, value] of all) {
    const values = byName.get(name);
    if (values) values.push(value);
    else byName.set(name, [value]);
  }
  return byName;
}

/** H6.24 */
const lastValues = (all: ReadonlyMap<string, readonly string[]>): Readonly<Record<string, string>> =>
  Object.fromEntries(all.entries().map(([name, values]) => [name, values.at(-1) ?? '']));
