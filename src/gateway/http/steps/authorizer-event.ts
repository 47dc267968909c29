import { type FunctionAuthorization } from '../../control/http-snapshot.js';
import { pathOfPayload1 } from '../../silent/http-choices.js';
import { type ApiEvent } from '../api-event.js';
import { queryParameters } from '../query-string.js';
import {
  cookiePairs,
  eventHeaders,
  joinedValues,
  lastValues,
  lowerCaseHeaders,
  multiValues,
  payload1Headers,
} from './event-headers.js';
import { requestContext1, requestContext2 } from './request-context.js';

/**
 * The event for the function of a Lambda authorizer. Members and their order are those recorded from AWS in 2026 (H9.21,
 * H9.22). It has no body.
 *
 * @param arn of the resource that is requested (H2.19)
 * @param identity values of the identity sources, in order
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 */
export const authorizerEvent = (
  { payloadFormatVersion }: FunctionAuthorization,
  event: ApiEvent,
  arn: string,
  identity: readonly string[],
): object =>
  payloadFormatVersion === '2.0' ? payload2(event, arn, identity) : payload1(event, arn, identity);

/** H9.22: a member without a value is absent. H9.23: cookies are in `headers`, too. */
function payload2(event: ApiEvent, routeArn: string, identitySource: readonly string[]): object {
  const { request, route, pathParameters, stageVariables } = event;
  const headers = eventHeaders(event);
  const cookies = cookiePairs(headers);
  const query = joinedValues(queryParameters(request.queryString));
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn,
    identitySource,
    routeKey: route.routeKey,
    rawPath: request.path,
    rawQueryString: request.queryString,
    ...(cookies.length > 0 && { cookies }),
    headers: lowerCaseHeaders(headers),
    ...(query.size > 0 && { queryStringParameters: Object.fromEntries(query) }),
    requestContext: requestContext2(event, request.path),
    ...(pathParameters.size > 0 && { pathParameters: Object.fromEntries(pathParameters) }),
    ...(Object.keys(stageVariables).length > 0 && { stageVariables }),
  };
}

/** H9.21: a member without a value is empty; there are no lists of values. */
function payload1(event: ApiEvent, methodArn: string, identity: readonly string[]): object {
  const { request, pathParameters, stageVariables } = event;
  const identitySource = identity.length === 0 ? null : identity.join(',');
  return {
    version: '1.0',
    type: 'REQUEST',
    methodArn,
    identitySource,
    authorizationToken: identitySource,
    resource: '',
    path: pathOfPayload1(request.path),
    httpMethod: request.method,
    headers: lastValues(payload1Headers(eventHeaders(event))),
    queryStringParameters: lastValues(multiValues(queryParameters(request.queryString))),
    requestContext: requestContext1(event, request.path, undefined),
    pathParameters: Object.fromEntries(pathParameters),
    stageVariables,
  };
}
