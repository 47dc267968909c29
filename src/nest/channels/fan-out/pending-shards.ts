import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../service/configuration/config.js';
import { Store } from '../../store/store.js';

/**
 * Whether too many shards are unfinished already: when messages are published faster than all tasks together send them, the
 * store would fill up with them.
 */
@Injectable()
export class PendingShards {
  #count: Promise<number> = Promise.resolve(0);
  #countedAt = -Infinity;
  /** By this task, since they were counted. */
  #added = 0;

  constructor(
    private readonly store: Store,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** As of now, or of a moment ago; what other tasks have added since then is not in it. */
  async isFull(): Promise<boolean> {
    const now = performance.now();
    if (now - this.#countedAt >= COUNT_MS) {
      this.#countedAt = now;
      this.#added = 0;
      this.#count = this.store.countShards();
      // who publishes next asks again
      this.#count.catch(() => (this.#countedAt = -Infinity));
    }
    return (await this.#count) + this.#added >= this.config.fanOut.pendingShards;
  }

  /** Notes that this task puts so many. */
  add(shards: number): void {
    this.#added += shards;
  }
}

/** All messages ask, and none of them is to be slower for it; yet a second later there is room again. */
const COUNT_MS = 1000;
