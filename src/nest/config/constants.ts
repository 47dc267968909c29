/**
 * Numbers of the module that are no settings, because no operator can choose better values. They reach the classes that
 * need them in `Config`, so that tests can shorten times and lower limits.
 */
export const CONSTANTS = {
  /** Time to connect, for one attempt of a callback: at least this, and at least a fifth of the request's timeout. */
  connectTimeoutMs: 1000,
  /** Messages queued for one connection: at least this, and at least one for each channel that it may join. */
  queuePerConnection: 100,
  /** Time to read the keys of a token issuer. A handshake waits for it, and API Gateway waits 29 s for that. */
  jwksTimeoutMs: 5000,
  /** Another task takes a shard whose lease was not renewed for this long. A lease is renewed three times as often. */
  leaseMs: 15_000,
  /** How often an idle task looks for shards of other tasks. */
  pollMs: 250,
  /** With this many unfinished shards, publishing to large channels is refused. With messages of 1 KB they are 10 MB. */
  pendingShards: 10_000,
  /** Connections idle for at least this long are checked: API Gateway closes a connection after ten idle minutes. */
  sweepIdleMs: 720_000,
};

export type Constants = Readonly<typeof CONSTANTS>;
