import { type EventAuthorizer } from '../../authorizers/http-authorization.js';
import { commonLogTime } from '../../mapping/context-variables.js';
import { lambdaAuthorizer1 } from '../../silent/http-choices.js';
import { type ApiEvent } from '../api-event.js';
import { domainPrefix, PROTOCOL } from './http-context.js';

/**
 * `requestContext` of payload 2.0 (H6.08).
 *
 * @param path decoded, with a named stage
 */
export function requestContext2(event: ApiEvent, path: string): object {
  const { request, route } = event;
  const authorizer = event.authorizer && authorizer2(event.authorizer);
  return {
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
  };
}

/** H6.19 */
function authorizer2(authorizer: EventAuthorizer): object {
  switch (authorizer.kind) {
    case 'jwt': {
      const { claims, scopes } = authorizer;
      return { jwt: { claims, scopes } };
    }
    case 'lambda':
      return { lambda: authorizer.context };
    case 'iam': {
      const { accessKey, accountId, userId, userArn } = authorizer;
      return {
        iam: {
          accessKey,
          accountId,
          callerId: userId,
          cognitoIdentity: null,
          // recorded as this text, for a user of an account without an organisation
          principalOrgId: 'aws:PrincipalOrgID',
          userArn,
          userId,
        },
      };
    }
    default:
      return authorizer satisfies never;
  }
}

/**
 * `requestContext` of payload 1.0 (H6.27).
 *
 * @param path decoded, with a named stage
 * @param authorizer that of the event; an authorizer's own event has none
 */
export function requestContext1(event: ApiEvent, path: string, authorizer: object | undefined): object {
  const { request, route } = event;
  const iam = event.authorizer?.kind === 'iam' ? event.authorizer : undefined;
  return {
    accountId: event.accountId,
    apiId: request.apiId,
    ...(authorizer && { authorizer }),
    domainName: request.host,
    domainPrefix: domainPrefix(request),
    extendedRequestId: request.requestId,
    httpMethod: request.method,
    identity: {
      accessKey: iam?.accessKey ?? null,
      accountId: iam?.accountId ?? null,
      caller: iam?.userId ?? null,
      cognitoAmr: null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp: request.sourceIp,
      user: iam?.userId ?? null,
      userAgent: request.userAgent ?? null,
      userArn: iam?.userArn ?? null,
    },
    path,
    protocol: PROTOCOL,
    requestId: request.requestId,
    requestTime: commonLogTime(request.requestTime),
    requestTimeEpoch: request.requestTime,
    // H9.21: the route key
    resourceId: route.routeKey,
    resourcePath: resourcePath(event),
    stage: event.stage,
  };
}

/** `requestContext.authorizer` of payload 1.0 (H6.28). */
export function authorizer1(authorizer: EventAuthorizer | undefined): object {
  switch (authorizer?.kind) {
    case 'jwt': {
      const { claims, scopes } = authorizer;
      return { claims, scopes };
    }
    case 'lambda':
      return lambdaAuthorizer1(authorizer);
    case 'iam':
    case undefined:
      return { claims: null, scopes: null };
    default:
      return authorizer satisfies never;
  }
}

/** H6.23: the path of the route's key. */
export const resourcePath = ({ route: { routeKey } }: Pick<ApiEvent, 'route'>): string =>
  routeKey.slice(routeKey.indexOf(' ') + 1);
