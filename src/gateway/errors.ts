/**
 * Every answer that the gateway makes up itself. Texts and statuses are AWS's; where no recording is known, the
 * entry says so.
 */

/** Answers during a handshake and, as a text frame, on an open connection. */
export const ANSWERS = {
  /** Unknown stage or path; on an open connection: no route matches and there is no `$default`. */
  forbidden: { status: 403, message: 'Forbidden', errorType: 'ForbiddenException' },
  /** Over a route's limits or the account's. Status documented; wording not found, this is a REST API's. */
  throttled: { status: 429, message: 'Too Many Requests', errorType: 'TooManyRequestsException' },
  /** Not recorded for WebSocket APIs; this is what REST APIs answer, followed by the names. */
  missingParameters: {
    status: 400,
    message: 'Missing required request parameters: ',
    errorType: 'BadRequestException',
  },
  /** `PassthroughBehavior` lets nothing through that has no template. Not recorded for WebSocket APIs. */
  unsupportedMediaType: {
    status: 415,
    message: 'Unsupported Media Type',
    errorType: 'UnsupportedMediaTypeException',
  },
  /** A template or a mapping fails, or no integration response fits. Not recorded; a REST API's. */
  mappingFailed: {
    status: 500,
    message: 'Internal server error',
    errorType: 'InternalServerErrorException',
  },
  /** The integration cannot be reached, or answers no HTTP. Status recorded for Lambda. */
  integrationFailed: {
    status: 502,
    message: 'Internal server error',
    errorType: 'InternalServerErrorException',
  },
  /** The route has no target. Status not recorded. */
  noIntegration: {
    status: 500,
    message: 'Internal server error',
    errorType: 'InternalServerErrorException',
  },
  /** The function of an `AWS_PROXY` integration returned no answer. Status recorded for `$connect`. */
  unusableAnswer: {
    status: 500,
    message: 'Internal server error',
    errorType: 'InternalServerErrorException',
  },
  /** An identity source is missing or empty, or the authorizer failed with `Unauthorized`. */
  unauthorized: { status: 401, message: 'Unauthorized', errorType: 'UnauthorizedException' },
  /** The authorizer's policy has no statement for the route. Text recorded; older recordings say `Forbidden`. */
  notAllowedByPolicy: {
    status: 403,
    message:
      'User is not authorized to access this resource because no identity-based policy allows the execute-api:Invoke action',
    errorType: 'AccessDeniedException',
  },
  /** The authorizer's policy has a statement against it. Text recorded. */
  deniedByPolicy: {
    status: 403,
    message:
      'User is not authorized to access this resource with an explicit deny in an identity-based policy',
    errorType: 'AccessDeniedException',
  },
  /** The authorizer failed, timed out, or returned something else than a principal and a policy. Status recorded. */
  authorizerFailed: {
    status: 500,
    message: 'Internal server error',
    errorType: 'AuthorizerConfigurationException',
  },
  /** More than one `Authorization` header for an authorizer: a page of HTML, of which only the status was recorded. */
  badRequest: { status: 400, message: 'Bad Request', errorType: 'BadRequestException', isHtml: true },
  /** Not recorded on an open connection. */
  integrationTimedOut: {
    status: 504,
    message: 'Endpoint request timed out',
    errorType: 'IntegrationTimeoutException',
  },
} as const satisfies Record<string, GatewayAnswer>;

export interface GatewayAnswer {
  readonly status: number;
  readonly message: string;
  /** The header `x-amzn-ErrorType`. */
  readonly errorType: string;
  /** A handshake is refused with a page of HTML rather than with JSON. */
  readonly isHtml?: boolean;
}

/** Close codes and reasons: what the client sees in the close frame, and `$disconnect` in its context. */
export const CLOSES = {
  /** Idle, or open for too long; its API or stage was deleted; the gateway itself stops. */
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

/** What `$disconnect` is told when the client's side gave no reason of its own. */
export const CLOSE_REASONS: Readonly<Record<number, string>> = {
  1005: 'Client-side close frame status not set',
  // wording not recorded
  1006: 'Connection closed abnormally',
};
