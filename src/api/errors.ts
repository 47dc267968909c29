/** Every error that is visible outside the service. PROTOCOL.md lists the codes. */

/** Codes in a message of type `error`, each with what is wrong and what the client can do. */
export const CLIENT_ERRORS = {
  not_json: 'The message is not JSON.',
  unknown_action: 'Unknown action. Expected ping, join, leave, publish or presence.',
  bad_message: 'The message does not match the schema of its action.',
  unknown_connection: 'This connection is not authenticated or no longer known. Reconnect.',
  channel_name_too_long: 'The channel name is longer than this service allows.',
  too_many_channels: 'This connection is a member of too many channels. Leave one first.',
  not_permitted: 'The user has no permission for this action on this channel.',
  not_joined: 'Only members of a channel can publish to it and read its presence. Join it first.',
  key_reused: 'The key was used for other data. A new message needs a new key.',
  message_too_large: 'The message to be delivered is larger than API Gateway allows.',
  overloaded: 'Too many messages are queued. Retry in a few seconds.',
  unavailable: 'The service is temporarily unavailable. Retry in a few seconds.',
  internal_error: 'The service failed to handle the message. A retry may succeed.',
} as const;
export type ClientErrorCode = keyof typeof CLIENT_ERRORS;

/** Codes in an `application/problem+json` response (RFC 9457) to an HTTP request to the service. */
export const PROBLEMS = {
  missing_header: { status: 400, title: 'A mapped header is missing' },
  repeated_header: { status: 400, title: 'A mapped header occurs more than once' },
  bad_header: { status: 400, title: 'A mapped header has an invalid value' },
  bad_request: { status: 400, title: 'The request is invalid' },
  not_http: { status: 400, title: 'The bytes received are not HTTP/1.1' },
  channel_name_too_long: { status: 400, title: 'The channel name is longer than this service allows' },
  repeated_token: { status: 400, title: 'The handshake has more than one token' },
  missing_token: { status: 401, title: 'The handshake has no token' },
  invalid_token: { status: 401, title: 'The token is not valid' },
  missing_api_key: { status: 401, title: 'The request has no API key' },
  invalid_api_key: { status: 401, title: 'The API key is not accepted' },
  missing_user: { status: 401, title: 'The authorizer has not given a user id' },
  no_user: { status: 403, title: 'The token is valid but has no user id' },
  handshake_refused: { status: 403, title: 'The application has refused the handshake' },
  wrong_gateway_secret: { status: 403, title: 'The gateway secret is missing or wrong' },
  not_found: { status: 404, title: 'Route not found' },
  unknown_connection: { status: 404, title: 'Connection not found' },
  request_timeout: { status: 408, title: 'The request did not arrive in time' },
  request_under_way: { status: 409, title: 'A request with this Idempotency-Key is in progress' },
  message_too_large: { status: 413, title: 'The message to be delivered is larger than API Gateway allows' },
  body_too_large: { status: 413, title: 'The request body is too large' },
  unsupported_media_type: { status: 415, title: 'The Content-Type is not JSON' },
  expectation_failed: { status: 417, title: 'The Expect header has a value that is not supported' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key was used with another request' },
  headers_too_large: { status: 431, title: 'The request line and the headers are larger than 16 KB' },
  internal_error: { status: 500, title: 'Internal error' },
  callback_failed: { status: 502, title: 'A request to @connections was refused or got no response' },
  overloaded: { status: 503, title: 'Too many messages are queued' },
  store_unavailable: { status: 503, title: 'The store cannot be reached' },
  not_ready: { status: 503, title: 'The service is not ready' },
} as const satisfies Record<string, { status: number; title: string }>;
export type ProblemCode = keyof typeof PROBLEMS;

/** WebSocket close codes with which API Gateway ends a connection. The service itself cannot choose one. */
export const CLOSE_CODES = {
  /** Closed by `DELETE @connections`. */
  closedByService: 1000,
  /** Idle for ten minutes, or open for two hours. Reconnect. */
  goingAway: 1001,
  /** The client sent a binary frame. Send text. */
  binaryNotSupported: 1003,
  /** The client sent a frame over 32 KB or a message over 128 KB. */
  tooBig: 1009,
} as const;
