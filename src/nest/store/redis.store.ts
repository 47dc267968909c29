import { type Context } from './redis/context.js';
import { Keys } from './redis/keys.js';
import { RedisReservationStore } from './redis/reservation-store.js';
import { RedisConnectionStore } from './redis/connection-store.js';
import { RedisLogStore } from './redis/log-store.js';
import { RedisMembershipStore } from './redis/membership-store.js';
import { RedisServer, type RedisServerOptions } from './redis/redis-server.js';
import { RedisShardStore } from './redis/shard-store.js';
import { KnownPositions } from './redis/known-positions.js';
import { resetAfterLoss } from './redis/reset.js';
import { type StoreClock } from './store-clock.js';
import { Store } from './store.js';

export interface RedisStoreOptions extends RedisServerOptions {
  /** Prefix of all keys. */
  readonly prefix: string;
  /** The store's time, in milliseconds since 1970, in place of the server's. */
  readonly now?: (() => number) | undefined;
  /** Members, or connections, per page. */
  readonly pageMembers?: number;
  /** Called when the store works, but with less protection. */
  readonly warn?: (fields: object, message: string) => void;
}

/**
 * State in Redis or Valkey, single or as a cluster, for a service of many tasks. A write survives the service; whether
 * it survives Redis depends on how Redis is operated. Keys must not be evicted: `maxmemory-policy noeviction`.
 *
 * In a cluster, no command spans hash slots. A script does the work of a method, or of each of its steps, atomically.
 *
 * The time is the server's. Data may be older than what was acknowledged after a restart, a failover, or when an older
 * copy was put back. The store notices it in two ways: by the server's replication id, under which each log and
 * connection was written; and by the latest positions that this task has read.
 */
export class RedisStore extends Store {
  readonly connections: RedisConnectionStore;
  readonly memberships: RedisMembershipStore;
  readonly logs: RedisLogStore;
  readonly shards: RedisShardStore;
  readonly reservations: RedisReservationStore;
  readonly clock: StoreClock;
  readonly #context: Context;

  /** @throws {ConfigError} the server cannot be reached in time, or refuses the credentials */
  static async connect(options: RedisStoreOptions): Promise<RedisStore> {
    const server = await RedisServer.connect(options);
    if (!server.hasUsableIds) {
      options.warn?.(
        {},
        'Redis: scripts cannot read master_replid by INFO replication; lost writes are noticed by remembered positions only',
      );
    }
    return new RedisStore(server, options);
  }

  private constructor(server: RedisServer, { prefix, now, pageMembers = 1000 }: RedisStoreOptions) {
    super();
    this.clock = now ? { now } : server.clock;
    const context: Context = {
      server,
      keys: new Keys(prefix),
      positions: new KnownPositions(),
      now: () => Math.floor(this.clock.now()),
      pageSize: pageMembers,
    };
    this.memberships = new RedisMembershipStore(context);
    this.connections = new RedisConnectionStore(context, this.memberships);
    this.logs = new RedisLogStore(context);
    this.shards = new RedisShardStore(context);
    this.reservations = new RedisReservationStore(context);
    this.#context = context;
  }

  /**
   * In a cluster, one node that can be written is enough: otherwise the failure of one node would make all tasks
   * unready.
   */
  async probe(): Promise<void> {
    const { server, keys } = this.#context;
    const probes = Array.from({ length: server.isCluster ? PROBES : 1 }, (_, index) => {
      const key = keys.probe(index);
      return server.send(key, ['SET', key, '', 'PX', '1000']);
    });
    try {
      await Promise.any(probes);
    } catch (error) {
      throw (error as AggregateError).errors[0];
    }
  }

  resetAfterLoss(): Promise<void> {
    return resetAfterLoss(this.#context);
  }

  async close(): Promise<void> {
    this.#context.server.close();
  }
}

/** Writes in this number of hash slots reach every node of a cluster unless it is very large. */
const PROBES = 16;
