/** How a message to many members is shared among the tasks. */
export interface FanOutSettings {
  /**
   * `FANOUT_SHARD_MEMBERS`: larger channels are cut into shards of about this many members; 10–100000. Default 2000.
   */
  readonly shardMembers: number;
  /**
   * `FANOUT_LEASE_SECONDS`: another task takes a shard whose lease was not renewed for this long; 1–300 s.
   * Default 15 s.
   */
  readonly leaseMs: number;
  /** `FANOUT_POLL_MS`: how often an idle task looks for shards of other tasks; 10–60000. Default 250. */
  readonly pollMs: number;
  /**
   * `FANOUT_PENDING_SHARDS`: with this many unfinished shards, publishing to large channels is refused; 10–1000000.
   * Default 10000.
   */
  readonly pendingShards: number;
}
