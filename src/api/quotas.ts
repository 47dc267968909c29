/**
 * The numbers of the contract. Those of API Gateway were read 2026-11-20 from
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 * The local gateway has its own table, `gateway/limits.ts`; `test/api/quotas.spec.ts` compares the names that both
 * have.
 */
export const QUOTAS = {
  /** API Gateway: the largest message, in both directions. */
  messageBytes: 128 * 1024,
  /** API Gateway: the largest frame that a client may send. A larger message takes several frames. */
  frameBytes: 32 * 1024,
  /** API Gateway: a connection without a message in either direction is closed after this time. */
  idleMs: 10 * 60_000,
  /** API Gateway: every connection is closed this long after it was opened. */
  connectionMs: 2 * 3_600_000,
  /** API Gateway: the longest time that it waits for the response of an integration. */
  integrationTimeoutMs: 29_000,
  /**
   * API Gateway bills a message per started 32 KB: a frame with several messages is at most this large.
   * @see https://aws.amazon.com/api-gateway/pricing/
   */
  batchBytes: 32 * 1024,
  /** Ours: members that a `presence` reply names. Each takes about 70 bytes unless user ids are long. */
  presenceMembers: 1000,
  /** Ours: bytes of the members in a `presence` reply; the rest of the message is for the fields around them. */
  presenceBytes: 124 * 1024,
  /** Ours: characters of a channel name. */
  channelNameLength: 256,
  /** Ours: characters of a message's id: those of a string, or the digits and signs of a number. */
  messageIdLength: 128,
  /** Ours: positions in a `ping`, which is the greatest value of `CHANNELS_PER_CONNECTION`. */
  pingPositions: 10_000,
  /** Ours: bytes of the channels that a `pong` names; the rest of the message is for the fields around them. */
  behindBytes: 124 * 1024,
  /** Ours: characters of a publish key. */
  publishKeyLength: 64,
  /**
   * Ours: arrays and objects inside one another in a field of a message, such as `data`. A page of a channel's log adds
   * three around it, so that every response fits into 64, the default limit of the strictest common parser.
   * @see https://learn.microsoft.com/dotnet/api/system.text.json.jsonserializeroptions.maxdepth
   */
  dataDepth: 60,
  /** Ours: characters of a user id. */
  userIdLength: 256,
  /** Ours: bytes of a connection's session as JSON. It is stored with the connection and read with each message. */
  sessionBytes: 2 * 1024,
  /** Ours: a longer token is refused unread. API Gateway accepts about 10 KB of request line and headers. */
  tokenBytes: 8 * 1024,
} as const;
