import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { ShardStore } from '../../store/shard-store.js';

/**
 * Tells whether too many shards are unfinished. Without this limit the store would fill up when messages are published
 * faster than all tasks together send them.
 */
@Injectable()
export class PendingShards {
  #count: Promise<number> = Promise.resolve(0);
  #countedAt = -Infinity;
  /** Shards put by this task since the last count. */
  #added = 0;

  constructor(
    private readonly shardStore: ShardStore,
    private readonly config: Config,
  ) {}

  /** Based on a count at most a second old, plus the shards that this task has put since. */
  async isFull(): Promise<boolean> {
    const now = performance.now();
    if (now - this.#countedAt >= COUNT_MS) {
      this.#countedAt = now;
      this.#added = 0;
      this.#count = this.shardStore.countShards();
      // the next publish counts again
      this.#count.catch(() => (this.#countedAt = -Infinity));
    }
    return (await this.#count) + this.#added >= this.config.fanOut.pendingShards;
  }

  /** Records that this task puts this number of shards. */
  add(shards: number): void {
    this.#added += shards;
  }
}

/** Every publish to a large channel needs the count, so that it is cached for this time. */
const COUNT_MS = 1000;
