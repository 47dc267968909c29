/** How a message to many members is shared among the tasks. */
export interface FanOutSettings {
  /** `FANOUT_SHARD_MEMBERS`: a message to a larger channel is cut into shards of about this many members. */
  readonly shardMembers: number;
  /** A constant, as all below: another task takes a shard whose lease was not renewed for this long. */
  readonly leaseMs: number;
  /** How often an idle task looks for shards of other tasks. */
  readonly pollMs: number;
  /** With this many unfinished shards, publishing to large channels is refused. */
  readonly pendingShards: number;
}
