/** Every error that somebody outside the service can see. PROTOCOL.md lists them, code by code. */

/** Codes in a message of type `error`: what a client did that cannot be answered, and what it can do. */
export const CLIENT_ERRORS = {
  not_json: 'The message is not JSON.',
  unknown_action: 'The action is none of ping, join, leave, publish and presence.',
  bad_message: 'The message does not have the form that its action asks for.',
  unknown_connection: 'Nobody is known to be behind this connection: connect again.',
  channel_name_too_long: 'The name of the channel is longer than this service allows.',
  too_many_channels: 'The connection is a member of as many channels as it may be: leave one first.',
  not_permitted: 'This user may not do that with this channel.',
  not_joined: 'Only members of a channel can publish to it and see who is present: join it first.',
  message_too_large: 'What is to be delivered is larger than API Gateway carries.',
  overloaded: 'Too much waits to be delivered: try again in some seconds.',
  unavailable: 'The service cannot do its work at the moment: try again in some seconds.',
  internal_error: 'The service failed to handle the message; sending it again may succeed.',
} as const;
export type ClientErrorCode = keyof typeof CLIENT_ERRORS;

/** Codes in an `application/problem+json` answer (RFC 9457): what was wrong with an HTTP request to the service. */
export const PROBLEMS = {
  missing_header: { status: 400, title: 'A header that the gateway maps is missing' },
  repeated_header: { status: 400, title: 'A header that the gateway maps is there more than once' },
  bad_header: { status: 400, title: 'A header that the gateway maps has an impossible value' },
  bad_request: { status: 400, title: 'The request cannot be read' },
  not_http: { status: 400, title: 'The bytes received are not HTTP/1.1' },
  channel_name_too_long: { status: 400, title: 'The name of the channel is longer than this service allows' },
  repeated_token: { status: 400, title: 'The handshake carries more than one token' },
  missing_token: { status: 401, title: 'The handshake carries no token' },
  invalid_token: { status: 401, title: 'The token is not valid' },
  missing_api_key: { status: 401, title: 'The request carries no API key' },
  invalid_api_key: { status: 401, title: 'The API key is not one of those that are accepted' },
  missing_user: { status: 401, title: 'The gateway does not say who the user is' },
  no_user: { status: 403, title: 'The token is valid, but names no user' },
  wrong_gateway_secret: { status: 403, title: 'The request does not prove that it came through the gateway' },
  not_found: { status: 404, title: 'There is no such route' },
  unknown_connection: { status: 404, title: 'There is no such connection' },
  request_timeout: { status: 408, title: 'The request did not arrive in time' },
  request_under_way: { status: 409, title: 'A request with this Idempotency-Key is being handled' },
  message_too_large: { status: 413, title: 'What is to be delivered is larger than API Gateway carries' },
  body_too_large: { status: 413, title: 'The body is larger than a message can be' },
  unsupported_media_type: { status: 415, title: 'The body is not said to be JSON' },
  expectation_failed: { status: 417, title: 'The request expects what the service does not support' },
  idempotency_key_reused: { status: 422, title: 'Another request had this Idempotency-Key' },
  headers_too_large: { status: 431, title: 'The request line and the headers are larger than 16 KB' },
  internal_error: { status: 500, title: 'The service failed' },
  callback_failed: { status: 502, title: 'A request to @connections was refused or not answered' },
  overloaded: { status: 503, title: 'Too much waits to be delivered' },
  store_unavailable: { status: 503, title: 'The store cannot be reached' },
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
