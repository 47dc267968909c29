/**
 * Every answer that the gateway makes up itself. Texts and statuses are AWS's; where no recording is known, the
 * entry says so.
 */

/** Answers during a handshake and, as a text frame, on an open connection. */
export const ANSWERS = {
  /** Unknown stage or path; on an open connection: no route matches and there is no `$default`. */
  forbidden: { status: 403, message: 'Forbidden', errorType: 'ForbiddenException' },
  /** Not recorded for WebSocket APIs; this is what REST APIs answer, followed by the names. */
  missingParameters: {
    status: 400,
    message: 'Missing required request parameters: ',
    errorType: 'BadRequestException',
  },
  /** The integration cannot be reached, answers no HTTP, or its mapping cannot be sent. Status recorded for Lambda. */
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
}

/** Close codes and reasons: what the client sees in the close frame, and `$disconnect` in its context. */
export const CLOSES = {
  /** Idle, or open for too long. */
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
