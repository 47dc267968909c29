import { NEVER_CONNECTED } from './silent/websocket-choices.js';

/**
 * AWS's gateway responses: those that API Gateway generates itself, for a handshake as an HTTP response, on an open
 * connection as a text frame. Texts and statuses are AWS's; the entry says where no recording is known.
 */
export const GATEWAY_RESPONSES = {
  /** No such stage or path; on an open connection: no route matches and there is no `$default`. */
  forbidden: { status: 403, message: 'Forbidden' },
  /** Over the limits of the route or the account. Status documented; the text is a REST API's. */
  throttled: { status: 429, message: 'Too Many Requests' },
  /** Followed by the names. Not recorded for WebSocket APIs; a REST API's. */
  missingParameters: {
    status: 400,
    message: 'Missing required request parameters: ',
  },
  /** `PassthroughBehavior` does not pass a message without a template. Not recorded for WebSocket APIs. */
  unsupportedMediaType: {
    status: 415,
    message: 'Unsupported Media Type',
  },
  /** A template or a mapping fails, or no integration response matches. Not recorded; a REST API's. */
  mappingFailed: {
    status: 500,
    message: 'Internal server error',
  },
  /** The integration cannot be reached, or does not respond with HTTP. Status recorded for Lambda. */
  integrationFailed: {
    status: 502,
    message: 'Internal server error',
  },
  /** The route has no target. Status not recorded. */
  noIntegration: {
    status: 500,
    message: 'Internal server error',
  },
  /** The result of an `AWS_PROXY` integration's function is not a response. Status recorded for `$connect`. */
  unusableResponse: {
    status: 500,
    message: 'Internal server error',
  },
  /** An identity source is missing or empty, or the authorizer failed with `Unauthorized`. */
  unauthorized: { status: 401, message: 'Unauthorized' },
  /** The authorizer's policy has no statement for the route. Text recorded; older recordings say `Forbidden`. */
  notAllowedByPolicy: {
    status: 403,
    message:
      'User is not authorized to access this resource because no identity-based policy allows the execute-api:Invoke action',
  },
  /** The authorizer's policy denies the route explicitly. Text recorded. */
  deniedByPolicy: {
    status: 403,
    message:
      'User is not authorized to access this resource with an explicit deny in an identity-based policy',
  },
  /** C4: the authorizer's result is not one: no policy, a bad `Effect`, a nested context. Recorded, with the empty text. */
  authorizerMalformed: { status: 500, message: '' },
  /** The authorizer failed or timed out. Status recorded. */
  authorizerFailed: {
    status: 500,
    message: 'Internal server error',
  },
  /** More than one `Authorization` header for an authorizer: a page of HTML, of which only the status was recorded. */
  badRequest: { status: 400, message: 'Bad Request', isHtml: true },
  /** Not recorded on an open connection. */
  integrationTimedOut: {
    status: 504,
    message: 'Endpoint request timed out',
  },
} as const satisfies Record<string, GatewayResponse>;

/** The header `x-amzn-ErrorType` of a 403 for an unknown stage or path. C6: no response within an API has one. */
export const FORBIDDEN_ERROR_TYPE = 'ForbiddenException';

export interface GatewayResponse {
  readonly status: number;
  readonly message: string;
  /** Whether a handshake is refused with an HTML page instead of JSON. */
  readonly isHtml?: boolean;
}

/**
 * Responses that API Gateway generates itself for HTTP APIs (H10): JSON without spaces and without an error type. The
 * response type appears in access logs only; which one belongs to which case is not documented (H10.15).
 */
export const HTTP_RESPONSES = {
  /** H10.13: the path cannot be decoded. Not recorded. */
  badRequest: { status: 400, message: 'Bad Request', responseType: 'DEFAULT_4XX' },
  /** H10.02: no token or one that is not valid, a missing identity source, or the authorizer failed with `Unauthorized`. */
  unauthorized: { status: 401, message: 'Unauthorized', responseType: 'UNAUTHORIZED' },
  /** H1.16, H10.03: the API's own endpoint is disabled, the request is not signed, a scope is missing, an authorizer denies. */
  forbidden: { status: 403, message: 'Forbidden', responseType: 'ACCESS_DENIED' },
  /** H10.01: no stage, nothing deployed to it, or no route. */
  notFound: { status: 404, message: 'Not Found', responseType: 'DEFAULT_4XX' },
  /** H10.09: the body is over 10 MB. Not recorded. */
  tooLarge: { status: 413, message: 'Request Entity Too Large', responseType: 'REQUEST_TOO_LARGE' },
  /** H10.12: status documented, text not recorded. */
  throttled: { status: 429, message: 'Too Many Requests', responseType: 'THROTTLED' },
  /** H10.04: a Lambda authorizer failed, timed out, or its result is not one. */
  authorizerFailed: { status: 500, message: 'Internal Server Error', responseType: 'AUTHORIZER_FAILURE' },
  /** H2.20, H11.07: the route has no integration, or the stage lacks a variable. Not recorded. */
  configuration: { status: 500, message: 'Internal Server Error', responseType: 'API_CONFIGURATION_ERROR' },
  /** H10.05: the function failed, did not run, or its result is not a response. */
  integrationFailed: { status: 500, message: 'Internal Server Error', responseType: 'INTEGRATION_FAILURE' },
  /** H10.06: no target of a private integration. */
  unavailable: { status: 503, message: 'Service Unavailable', responseType: 'INTEGRATION_FAILURE' },
  /** H10.07: a function is slower than the timeout. For an HTTP backend not recorded. */
  timedOut: { status: 503, message: 'Service Unavailable', responseType: 'INTEGRATION_TIMEOUT' },
} as const satisfies Record<string, HttpGatewayResponse>;

export interface HttpGatewayResponse {
  readonly status: number;
  readonly message: string;
  /** `$context.error.responseType` */
  readonly responseType: string;
  /** The header `www-authenticate`, which only refusals of JWT authorizers have (H9.08). */
  readonly wwwAuthenticate?: string;
}

/** Close codes and reasons, sent in the close frame and to `$disconnect`. */
export const CLOSES = {
  /** Idle timeout, maximum duration, deleted API or stage, or the gateway stops. */
  goingAway: { code: 1001, reason: 'Going away' },
  /** `DELETE @connections`. */
  deleted: { code: 1000, reason: 'Connection Closed Normally' },
  binary: { code: 1003, reason: 'Binary is not supported' },
  tooBig: { code: 1009, reason: 'Message too big' },
} as const satisfies Record<string, Close>;

export interface Close {
  readonly code: number;
  readonly reason: string;
}

/** Why a post to a connection gets 410 although its client is about to be connected. */
export const STILL_CONNECTING = 'the connection is not open before the response of $connect';

/** Reasons for `$disconnect` when the client gave none. */
export const CLOSE_REASONS: Readonly<Record<number, string>> = {
  1005: 'Client-side close frame status not set',
  [NEVER_CONNECTED.code]: NEVER_CONNECTED.reason,
};
