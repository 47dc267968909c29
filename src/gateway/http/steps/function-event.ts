import { type FunctionIntegration } from '../../control/http-snapshot.js';
import { isTextBody, pathOfPayload1 } from '../../silent/http-choices.js';
import { type ApiEvent } from '../api-event.js';
import { type ApiRequest } from '../api-request.js';
import { queryParameters } from '../query-string.js';
import {
  cookiePairs,
  eventHeaders,
  joinedValues,
  lastValues,
  lowerCaseHeaders,
  multiValues,
  pairs,
  payload1Headers,
} from './event-headers.js';
import { mapHttpRequest, withoutHeaders } from './map-http-request.js';
import { authorizer1, requestContext1, requestContext2, resourcePath } from './request-context.js';

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
  const { route, pathParameters, stageVariables } = event;
  const cookies = cookiePairs(headers);
  const query = joinedValues(queryParameters(queryString));
  return {
    version: '2.0',
    routeKey: route.routeKey,
    // H6.09: decoded, despite its name, and with a named stage
    rawPath: path,
    rawQueryString: queryString,
    ...(cookies.length > 0 && { cookies }),
    // H6.13
    headers: lowerCaseHeaders(withoutHeaders(headers, COOKIE)),
    ...(query.size > 0 && { queryStringParameters: Object.fromEntries(query) }),
    requestContext: requestContext2(event, path),
    ...(body !== undefined && { body }),
    ...(pathParameters.size > 0 && { pathParameters: Object.fromEntries(pathParameters) }),
    ...(Object.keys(stageVariables).length > 0 && { stageVariables }),
    isBase64Encoded,
  };
}

const COOKIE = new Set(['cookie']);

/** H6.22: a member without a value is null. */
function payload1(
  event: ApiEvent,
  { headers, queryString, path, body, isBase64Encoded }: EventFacts,
): object {
  const { request, pathParameters, stageVariables } = event;
  const query = multiValues(queryParameters(queryString));
  const all = payload1Headers(headers);
  return {
    version: '1.0',
    resource: resourcePath(event),
    path: pathOfPayload1(path),
    httpMethod: request.method,
    headers: lastValues(all),
    multiValueHeaders: Object.fromEntries(all),
    queryStringParameters: query.size === 0 ? null : lastValues(query),
    multiValueQueryStringParameters: query.size === 0 ? null : Object.fromEntries(query),
    requestContext: requestContext1(event, path, authorizer1(event.authorizer)),
    pathParameters: pathParameters.size === 0 ? null : Object.fromEntries(pathParameters),
    stageVariables: Object.keys(stageVariables).length === 0 ? null : stageVariables,
    body: body ?? null,
    isBase64Encoded,
  };
}

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
