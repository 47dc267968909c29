import { randomUUID } from 'node:crypto';
import { type Shard, ShardStore } from '../shard-store.js';
import { type Item, N, numberOf, S, textOf, ttlOf } from './attributes.js';
import { KeyedChain } from './keyed-chain.js';
import { type Key, type Table } from './table.js';

/**
 * Shards: each has a small row with its lease, all in one partition in the order of the puts, and a row with its
 * content. The number of takes is the owner's fencing token.
 *
 * Takes of one process wait for each other, so that they do not all compete for the oldest shard.
 */
export class DynamoDbShardStore extends ShardStore {
  readonly #table: Table;
  readonly #now: () => number;
  readonly #chain = new KeyedChain<unknown>();

  constructor(table: Table, now: () => number) {
    super();
    this.#table = table;
    this.#now = now;
  }

  async putShards(contents: readonly string[]): Promise<void> {
    const now = this.#now();
    const shardIds = contents.map(() => newShardId(now));
    const ttl = ttlOf(now + KEPT_MS);
    // contents first, so that every visible lease has its content
    await this.#table.putMany(
      contents.map((content, index) => ({
        ...attributes(contentKey(shardIds[index]!)),
        content: S(content),
        ttl,
      })),
    );
    await this.#table.putMany(
      shardIds.map((shardId) => ({
        ...attributes(leaseKey(shardId)),
        leasedUntil: N(FREE),
        takes: N(0),
        ttl,
      })),
    );
  }

  async takeShard(leaseMs: number): Promise<Shard | undefined> {
    for (;;) {
      const taken = await this.#chain.run('take', () => this.#takeOldest(leaseMs));
      if (taken === undefined) return undefined;
      const shardId = taken['sk']?.S ?? '';
      const content = textOf((await this.#table.get(contentKey(shardId)))?.['content']);
      if (content !== undefined) {
        return { shardId, content, progress: textOf(taken['progress']), takes: numberOf(taken['takes']) };
      }
      // so old that DynamoDB has already deleted the content
      await this.#table.delete(leaseKey(shardId));
    }
  }

  async renewShard({ shardId, takes }: Shard, leaseMs: number, progress: string): Promise<boolean> {
    const now = this.#now();
    const renewed = await this.#table.update(
      leaseKey(shardId),
      'SET #leasedUntil = :until, #progress = :progress',
      {
        condition: '#takes = :takes AND #leasedUntil > :now',
        values: {
          ':until': N(now + leaseMs),
          ':progress': S(progress),
          ':takes': N(takes),
          ':now': N(now),
        },
      },
    );
    return renewed !== 'refused';
  }

  async releaseShard({ shardId, takes }: Shard, progress: string | undefined): Promise<void> {
    await this.#table.update(
      leaseKey(shardId),
      progress === undefined
        ? 'SET #leasedUntil = :free REMOVE #progress'
        : 'SET #leasedUntil = :free, #progress = :progress',
      {
        condition: '#takes = :takes AND #leasedUntil > :now',
        values: {
          ':free': N(FREE),
          ':takes': N(takes),
          ':now': N(this.#now()),
          ...(progress !== undefined && { ':progress': S(progress) }),
        },
      },
    );
  }

  async finishShard({ shardId, takes }: Shard): Promise<void> {
    const isFinished = await this.#table.delete(leaseKey(shardId), {
      condition: '#takes = :takes AND #leasedUntil > :free',
      values: { ':takes': N(takes), ':free': N(FREE) },
    });
    if (isFinished) await this.#table.delete(contentKey(shardId));
  }

  countShards(): Promise<number> {
    return this.#table.count({ pk: LEASES });
  }

  async #takeOldest(leaseMs: number): Promise<Item | undefined> {
    const now = this.#now();
    const free = this.#table.query({
      pk: LEASES,
      only: '#sk',
      filter: '#leasedUntil <= :now',
      values: { ':now': N(now) },
    });
    for await (const rows of free) {
      for (const row of rows) {
        const taken = await this.#table.update(
          leaseKey(row['sk']?.S ?? ''),
          'SET #leasedUntil = :until, #takes = #takes + :one',
          {
            // an attempt whose response was lost leaves a lease without an owner, which ends by itself
            condition: '#leasedUntil <= :now',
            values: { ':until': N(now + leaseMs), ':one': N(1), ':now': N(now) },
            returns: 'ALL_NEW',
          },
        );
        if (taken !== 'refused') return taken;
      }
    }
    return undefined;
  }
}

const LEASES = 'S';
const leaseKey = (shardId: string): Key => ({ pk: LEASES, sk: shardId });
const contentKey = (shardId: string): Key => ({ pk: `S#${shardId}`, sk: '#' });
const attributes = ({ pk, sk }: Key) => ({ pk: S(pk), sk: S(sk) });

/** The end of the lease of a free shard. */
const FREE = 0;

/** Longer than the connections live for which the work is meant. */
const KEPT_MS = 86_400_000;

let latest = 0;

/** Ids sort in the order of their creation; across processes, by their estimates of the time. */
function newShardId(now: number): string {
  latest = Math.max(latest + 1, now * 1000);
  return `${String(latest).padStart(17, '0')}-${randomUUID()}`;
}
