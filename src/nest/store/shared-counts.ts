import { type ConnectionStore } from './connection-store.js';
import { type ReservationStore } from './reservation-store.js';
import { type ShardStore } from './shard-store.js';

export interface Counts {
  readonly connections: number;
  readonly channels: number;
  /** Unfinished shards. */
  readonly shards: number;
}

/** Counts of the whole store, shared among the tasks: one task counts once a minute, and the others read its result. */
export class SharedCounts {
  #known: { readonly counts: Promise<Counts | undefined>; readonly readAt: number } | undefined;

  constructor(
    private readonly connectionStore: ConnectionStore,
    private readonly shardStore: ShardStore,
    private readonly reservationStore: ReservationStore,
  ) {}

  /** @returns undefined if there is no count yet, or the store cannot be reached */
  async read(): Promise<Counts | undefined> {
    const now = performance.now();
    if (this.#known === undefined || now - this.#known.readAt >= READ_MS) {
      this.#known = { counts: this.#count().catch(() => undefined), readAt: now };
    }
    return this.#known.counts;
  }

  async #count(): Promise<Counts | undefined> {
    const reservation = await this.reservationStore.reserve(KEY, COUNT_MS);
    if (reservation.kind === 'held') return undefined;
    if (reservation.kind === 'done') return JSON.parse(reservation.result) as Counts;
    const [counts, shards] = await Promise.all([
      this.connectionStore.counts(),
      this.shardStore.countShards(),
    ]);
    const result = JSON.stringify({ ...counts, shards });
    await this.reservationStore.keepResult(KEY, reservation.owner, result, COUNT_MS);
    return { ...counts, shards };
  }
}

const KEY = 'counts';

/** Counting is expensive: with 100,000 connections in DynamoDB it reads some thousand pages. */
const COUNT_MS = 60_000;

/** Reading the shared result is cheap. */
const READ_MS = 10_000;
