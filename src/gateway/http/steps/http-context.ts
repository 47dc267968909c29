import { commonLogTime } from '../../mapping/context-variables.js';
import { type ApiEvent } from '../api-event.js';
import { type ApiRequest } from '../api-request.js';

/**
 * The `$context` variables of a request that mappings and access logs can read (H11.14, H11.19), without those that only
 * the response has. A variable that the request does not have is `undefined`.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
export function httpContext(event: ContextFacts): Readonly<Record<string, string | undefined>> {
  const { request, route } = event;
  return {
    accountId: event.accountId,
    apiId: request.apiId,
    'customDomain.basePathMatched': request.customDomain?.basePath,
    domainName: request.host,
    domainPrefix: domainPrefix(request),
    // H6.06: the same id
    extendedRequestId: request.requestId,
    httpMethod: request.method,
    ...event.authorized,
    'identity.sourceIp': request.sourceIp,
    'identity.userAgent': request.userAgent,
    // H1.10: with the stage
    path: request.path,
    protocol: PROTOCOL,
    requestId: request.requestId,
    requestTime: commonLogTime(request.requestTime),
    requestTimeEpoch: String(request.requestTime),
    routeKey: route?.routeKey,
    stage: event.stage,
  };
}

/** @property route `undefined` when none was selected */
type ContextFacts = Pick<ApiEvent, 'request' | 'accountId' | 'stage' | 'authorized'> & {
  readonly route: ApiEvent['route'] | undefined;
};

/** H1.01: whatever the client speaks. */
export const PROTOCOL = 'HTTP/1.1';

/** H1.13: the first label of a custom domain name; the API's id at its own endpoint, also where it has another host. */
export const domainPrefix = ({ customDomain, host, apiId }: ApiRequest): string =>
  customDomain === undefined ? apiId : (host.split('.')[0] ?? '');
