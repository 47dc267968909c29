import { INTEGRATION_TIMEOUT_MS } from './silent/control-choices.js';
import { DEFINITION_BYTES } from './silent/openapi-choices.js';

/**
 * Quotas of Amazon API Gateway for WebSocket and HTTP APIs, and limits of the gateway itself, each with its source. Quotas read
 * 2026-11-20 from
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
export const LIMITS = {
  /** A larger frame of a client closes the connection with 1009. */
  frameBytes: 32 * 1024,
  /** A larger message closes the connection with 1009; a larger post gets 413. */
  messageBytes: 128 * 1024,
  /** A connection without a message in either direction for this long is closed with 1001. */
  idleMs: 10 * 60_000,
  /** Maximum duration of a connection, which is then closed with 1001. */
  connectionMs: 2 * 3_600_000,
  /** Per account and Region, callbacks included; adjustable. */
  requestsPerSecond: 10_000,
  requestBurst: 5_000,
  /** Per account and Region; adjustable. The number of open connections is not limited. */
  newConnectionsPerSecond: 500,
  /** Per API; adjustable, except integrations. */
  routes: 300,
  integrations: 300,
  stages: 10,
  authorizers: 10,
  /** Per stage, and the length of a name; given for REST APIs. */
  stageVariables: 100,
  stageVariableNameLength: 64,
  /** Access-log format of a stage. C2: the model's 1,024 is narrower than the quotas' 3 KB. */
  accessLogFormatCharacters: 3 * 1024,
  /** H14.03 and H4.24; an integration of an HTTP API. */
  httpIntegrationTimeoutMs: { min: 50, max: 30_000 },
  /** H14.12 and H14.08; of HTTP APIs. */
  stageVariableValueLength: 512,
  httpAccessLogFormatLength: 3 * 1024,
  /** H14.09: per route, and per JWT authorizer. */
  authorizationScopes: 10,
  jwtAudiences: 50,
  /** H14.11: per account, and per link of v2; adjustable. */
  vpcLinks: 10,
  vpcLinkSubnets: 10,
  /** H14.13: per account; adjustable. */
  domainNames: 120,
  /** H14.05: mappings of one domain name whose keys have several parts. */
  multiLevelApiMappings: 200,
  /** Time for a client to send its handshake; Node's default for the headers of a request. */
  handshakeMs: 60_000,
  /** URL of a handshake, from `wss://` to the end of the query; not adjustable. */
  handshakeUrlCharacters: 4096,
  /**
   * Request line and headers, of a handshake too (H14.06). AWS gives this number for REST and HTTP APIs, none for WebSocket
   * APIs.
   */
  handshakeHeaderBytes: 10_240,
  /** Time that an idle HTTP connection of a callback client stays open; our choice. */
  keepAliveMs: 65_000,
  /**
   * Buffer for a client that reads too slowly; beyond it a post gets 429 LimitExceededException. AWS documents the
   * response but not the number; this is 32 messages of the largest size.
   */
  clientBufferBytes: 4 * 1024 * 1024,
  /** All these buffers together; a client's share shrinks as they fill. Our choice: a laptop's gateway is one process. */
  clientBuffersBytes: 512 * 1024 * 1024,
  /** The buffer of one client in messages, because each takes some 300 bytes of memory besides its own; our choice. */
  clientBufferMessages: 10_000,
  /** Body of a request to an HTTP API; a larger one gets 413 (H14.07). */
  httpRequestBytes: 10 * 1024 * 1024,
  /** Response of an integration; the payload limit of HTTP APIs, as AWS gives none for WebSocket APIs. */
  integrationResponseBytes: 10 * 1024 * 1024,
  /**
   * Response of a Lambda function.
   * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
   */
  functionResponseBytes: 6 * 1024 * 1024,
  /** Time to load a local function's module; Lambda's limit for a function's initialisation. */
  functionLoadMs: 10_000,
  /**
   * Time until a function's command asks for its first invocation. Longer than Lambda's 10 s, because `go run` and the
   * like compile first.
   */
  functionCommandLoadMs: 60_000,
  /** Concurrent invocations of one local function; further ones wait. Our choice, as each needs a thread or a process. */
  functionEnvironments: 16,
  /** Response of a Lambda authorizer. */
  authorizerResponseBytes: 8 * 1024,
  /** Timeout of a Lambda authorizer; an integration's, as AWS gives none for WebSocket APIs. */
  authorizerTimeoutMs: INTEGRATION_TIMEOUT_MS.max,
  /** H14.10; a Lambda authorizer of an HTTP API. */
  httpAuthorizerTimeoutMs: 10_000,
  /** H14.10: discovery document and JWKS of an issuer, each. */
  issuerTimeoutMs: 1_500,
  /** H14.10: JWKS; the same for the discovery document, our choice. */
  issuerResponseBytes: 150_000,
  /** Stored decisions of Lambda authorizers of HTTP APIs; the one stored first is dropped. Our choice. */
  authorizerDecisions: 5_000,
  /** Body of a control-plane request. AWS publishes no number; JSON may double an OpenAPI definition, by its quotes. */
  controlBodyBytes: 2 * DEFINITION_BYTES + 1024 * 1024,
  /** Body of a request to `/_gateway/`; our choice. */
  adminBodyBytes: 64 * 1024,
  /** A response of `GET /_gateway/events` ends with the event that exceeds this; our choice. */
  eventPageBytes: 16 * 1024 * 1024,
  /** The same for each write of server-sent events; our choice. */
  eventChunkBytes: 256 * 1024,
  /** Interval of comments in server-sent events; proposed by their specification. */
  heartbeatMs: 15_000,
  /** Replays in flight, and connections that replays have opened; our choice. */
  replays: 8,
  replayedConnections: 16,
  /** Time for what a replay leads to: longer than any integration may take; our choice. */
  replayMs: 35_000,
  /** Time for the `$disconnect` calls when the gateway stops or is reset; our choice. */
  stopMs: 5_000,
  /** Time for clients to send their close frames when the gateway stops; our choice. */
  stopClosingMs: 2_000,
  /** Time for the `$disconnect` calls after a `$connect` that is still in flight then; our choice. */
  stopUnknownMs: 1_000,
  /** Time for the last responses to be sent when the gateway stops; our choice. */
  stopSocketsMs: 500,
} as const;
