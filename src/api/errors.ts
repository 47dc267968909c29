/** Every error that somebody outside the service can see. PROTOCOL.md lists them, code by code. */

/** Codes in a message of type `error`: what a client did that cannot be answered, and what it can do. */
export const CLIENT_ERRORS = {
  not_json: 'The message is not JSON.',
  unknown_action: 'The action is none of ping, join, leave, publish and presence.',
  bad_message: 'The message does not have the form that its action asks for.',
  unknown_connection: 'Nobody is known to be behind this connection: connect again.',
  not_joined: 'Only members of a channel can publish to it and see who is present: join it first.',
  message_too_large: 'What is to be delivered is larger than API Gateway carries.',
  internal_error: 'The service failed to handle the message; sending it again may succeed.',
} as const;
export type ClientErrorCode = keyof typeof CLIENT_ERRORS;

/** Codes in an `application/problem+json` answer (RFC 9457): what was wrong with an HTTP request to the service. */
export const PROBLEMS = {
  missing_header: { status: 400, title: 'A header that the gateway maps is missing' },
  repeated_header: { status: 400, title: 'A header that the gateway maps is there more than once' },
  bad_header: { status: 400, title: 'A header that the gateway maps has an impossible value' },
  bad_request: { status: 400, title: 'The request cannot be read' },
  repeated_token: { status: 400, title: 'The handshake carries more than one token' },
  missing_token: { status: 401, title: 'The handshake carries no token' },
  invalid_token: { status: 401, title: 'The token is not valid' },
  missing_user: { status: 401, title: 'The gateway does not say who the user is' },
  no_user: { status: 403, title: 'The token is valid, but names no user' },
  wrong_gateway_secret: { status: 403, title: 'The request does not prove that it came through the gateway' },
  not_found: { status: 404, title: 'There is no such route' },
  body_too_large: { status: 413, title: 'The body is larger than a message can be' },
  internal_error: { status: 500, title: 'The service failed' },
  callback_failed: { status: 502, title: 'The answer could not be posted to @connections' },
  not_ready: { status: 503, title: 'The service cannot do its work at the moment' },
} as const satisfies Record<string, { status: number; title: string }>;
export type ProblemCode = keyof typeof PROBLEMS;

/** WebSocket close codes with which API Gateway ends a connection. The service itself cannot choose one. */
export const CLOSE_CODES = {
  /** Closed by `DELETE @connections`. */
  closedByService: 1000,
  /** Ten minutes idle, or two hours open: connect again. */
  goingAway: 1001,
  /** A binary frame: send text. */
  binaryNotSupported: 1003,
  /** A frame over 32 KB or a message over 128 KB. */
  tooBig: 1009,
} as const;
