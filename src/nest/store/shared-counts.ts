import { type Store } from './store.js';

export interface Counts {
  readonly connections: number;
  readonly channels: number;
  /** Unfinished ones. */
  readonly shards: number;
}

/** How much there is in the store, not newer than it need be: one task counts once in a while, and all others hear of it. */
export class SharedCounts {
  #known: { readonly counts: Promise<Counts | undefined>; readonly readAt: number } | undefined;

  constructor(private readonly store: Store) {}

  /** @returns undefined when nobody has counted yet, or the store cannot be reached */
  async read(): Promise<Counts | undefined> {
    const now = performance.now();
    if (this.#known === undefined || now - this.#known.readAt >= READ_MS) {
      this.#known = { counts: this.#count().catch(() => undefined), readAt: now };
    }
    return this.#known.counts;
  }

  async #count(): Promise<Counts | undefined> {
    const kept = await this.store.reserve(KEY, COUNT_MS);
    if (kept !== 'reserved') {
      return kept.answer === undefined ? undefined : (JSON.parse(kept.answer) as Counts);
    }
    const [counts, shards] = await Promise.all([this.store.counts(), this.store.countShards()]);
    await this.store.keepAnswer(KEY, JSON.stringify({ ...counts, shards }), COUNT_MS);
    return { ...counts, shards };
  }
}

const KEY = 'counts';

/** It reads more than anything else: with 100,000 connections in DynamoDB some thousand pages. */
const COUNT_MS = 60_000;

/** What others have counted is cheap to read. */
const READ_MS = 10_000;
