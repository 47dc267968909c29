/**
 * What Amazon API Gateway allows for WebSocket APIs, and where the number comes from.
 * Quotas read 2026-11-20 from
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
export const LIMITS = {
  /** A larger frame closes the connection with 1009; a larger message to a client goes as several frames. */
  frameBytes: 32 * 1024,
  /** A larger message closes the connection with 1009; a larger post is answered with 413. */
  messageBytes: 128 * 1024,
  /** So long without a message in either direction, and the connection is closed with 1001. */
  idleMs: 10 * 60_000,
  /** So long after it was opened, a connection is closed with 1001. */
  connectionMs: 2 * 3_600_000,
  /** Of one account in one Region, callbacks included; adjustable. */
  requestsPerSecond: 10_000,
  requestBurst: 5_000,
  /** Of one account in one Region; adjustable. How many connections may be open at once is not limited. */
  newConnectionsPerSecond: 500,
  /** Of one API each; adjustable, the integrations excepted. */
  routes: 300,
  integrations: 300,
  stages: 10,
  authorizers: 10,
  /** Of one stage, and how long their names may be; given for REST APIs. */
  stageVariables: 100,
  stageVariableNameLength: 64,
  /** A client gets so long to send its handshake; Node's own default for a request's headers. */
  handshakeMs: 60_000,
  /** Line and headers of a handshake. AWS gives this number for REST and HTTP APIs, and none for WebSocket APIs. */
  handshakeHeaderBytes: 10_240,
  /** So long a callback client may keep its connection without a request; our choice. */
  keepAliveMs: 65_000,
  /**
   * What may wait for a client that reads too slowly; beyond it a post is answered with 429 LimitExceededException.
   * AWS documents the answer but not the number; this one is 32 messages of the largest size.
   */
  clientBufferBytes: 4 * 1024 * 1024,
  /** An integration's answer; AWS's limit for an HTTP API's payload, as none is given for WebSocket APIs. */
  integrationAnswerBytes: 10 * 1024 * 1024,
  /**
   * What a Lambda function may return.
   * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
   */
  functionAnswerBytes: 6 * 1024 * 1024,
  /** So long may a local function's module take to load; what Lambda gives a function's initialisation. */
  functionLoadMs: 10_000,
  /** So many calls of one local function run at once, and more wait; our choice, as each takes a thread. */
  functionEnvironments: 16,
  /** What a Lambda authorizer may return. */
  authorizerAnswerBytes: 8 * 1024,
  /** So long may a Lambda authorizer take; AWS gives no number for WebSocket APIs, and this is an integration's. */
  authorizerTimeoutMs: 29_000,
  /** Body of a request to the control plane. AWS publishes no number; this is eight times its largest integration. */
  controlBodyBytes: 1024 * 1024,
  /** Body of a request to `/_gateway/`: far more than any settings need. */
  adminBodyBytes: 64 * 1024,
  /** So long may the `$disconnect` calls take when the gateway itself stops; our choice. */
  stopMs: 5_000,
  /** So long may a client take to answer the close frame when the gateway itself stops; our choice. */
  stopClosingMs: 2_000,
} as const;
