import { type Context } from './redis/context.js';
import { Keys } from './redis/keys.js';
import { RedisReservationStore } from './redis/reservation-store.js';
import { RedisConnectionStore } from './redis/connection-store.js';
import { RedisLogStore } from './redis/log-store.js';
import { RedisMembershipStore } from './redis/membership-store.js';
import { RedisServer, type RedisServerOptions } from './redis/redis-server.js';
import { RedisShardStore } from './redis/shard-store.js';
import { StoreUnavailableError } from './store.errors.js';
import { Store } from './store.js';

export interface RedisStoreOptions extends RedisServerOptions {
  /** Prefix of all keys. */
  readonly prefix: string;
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number;
  /** Members, or connections, per page. */
  readonly pageMembers?: number;
}

/**
 * State in Redis or Valkey, single or as a cluster, for a service of many tasks. A write survives the service; whether
 * it survives Redis depends on how Redis is operated. Keys must not be evicted: `maxmemory-policy noeviction`.
 *
 * No command spans hash slots. A script does the work of a method, or of each of its steps, atomically.
 */
export class RedisStore extends Store {
  readonly connections: RedisConnectionStore;
  readonly memberships: RedisMembershipStore;
  readonly logs: RedisLogStore;
  readonly shards: RedisShardStore;
  readonly reservations: RedisReservationStore;
  readonly #server: RedisServer;
  readonly #keys: Keys;
  readonly #isCluster: boolean;

  /** @throws {ConfigError} the server cannot be reached in time, or refuses the credentials */
  static async connect(options: RedisStoreOptions): Promise<RedisStore> {
    return new RedisStore(await RedisServer.connect(options), options);
  }

  private constructor(
    server: RedisServer,
    { prefix, isCluster, now = Date.now, pageMembers = 1000 }: RedisStoreOptions,
  ) {
    super();
    const keys = new Keys(prefix);
    const context: Context = { server, keys, now, pageSize: pageMembers };
    this.memberships = new RedisMembershipStore(context);
    this.connections = new RedisConnectionStore(context, this.memberships);
    this.logs = new RedisLogStore(context);
    this.shards = new RedisShardStore(context);
    this.reservations = new RedisReservationStore(context);
    this.#server = server;
    this.#keys = keys;
    this.#isCluster = isCluster;
  }

  /** In a cluster, one node that responds is enough: otherwise the failure of one node would make all tasks unready. */
  async ping(): Promise<void> {
    const probes = Array.from({ length: this.#isCluster ? PROBES : 1 }, (_, index) => {
      const key = this.#keys.connectionIndex(index);
      return this.#server.send(key, ['EXISTS', key]);
    });
    try {
      await Promise.any(probes);
    } catch (error) {
      const cause = (error as AggregateError).errors[0] as Error;
      throw new StoreUnavailableError(cause.message, { cause });
    }
  }

  async close(): Promise<void> {
    this.#server.close();
  }
}

/** Reads in this number of hash slots reach every node of a cluster unless it is very large. */
const PROBES = 16;
