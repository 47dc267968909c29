/** A part of the recipients of a message to many, which any task may send. */
export interface Shard {
  readonly shardId: string;
  /** Unmodified since it was put. */
  readonly content: string;
  /** The last progress that an earlier task recorded. */
  readonly progress: string | undefined;
  /** How often the shard was taken, including this time: the fencing token of its owner. */
  readonly takes: number;
}

/** Stores unfinished shards, each of which one task has at a time. The guarantees of `store.ts` hold. */
export abstract class ShardStore {
  /** Puts shards that any task may take. @param contents each at most 200 KB */
  abstract putShards(contents: readonly string[]): Promise<void>;

  /**
   * Takes the oldest shard that no task has, or whose lease has ended.
   *
   * @param leaseMs for this time, no other task gets it
   * @returns undefined if there is none
   */
  abstract takeShard(leaseMs: number): Promise<Shard | undefined>;

  /** Extends the lease and records the progress. @returns false if the shard no longer belongs to the caller */
  abstract renewShard(shard: Shard, leaseMs: number, progress: string): Promise<boolean>;

  /** Returns a shard with its progress, so that any task can take it at once. No effect if it is not the caller's. */
  abstract releaseShard(shard: Shard, progress: string | undefined): Promise<void>;

  /** Deletes a finished shard. Idempotent. No effect if another task has taken it. */
  abstract finishShard(shard: Shard): Promise<void>;

  /** The number of unfinished shards. */
  abstract countShards(): Promise<number>;
}
