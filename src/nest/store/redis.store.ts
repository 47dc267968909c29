import { ComposedStore } from './composed-store.js';
import { type Context } from './redis/context.js';
import { Keys } from './redis/keys.js';
import { RedisReservations } from './redis/reservations.js';
import { RedisConnections } from './redis/connections.js';
import { RedisLogs } from './redis/logs.js';
import { RedisMemberships } from './redis/memberships.js';
import { RedisServer, type RedisServerOptions } from './redis/redis-server.js';
import { RedisShards } from './redis/shards.js';
import { StoreUnavailableError } from './store.errors.js';

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
export class RedisStore extends ComposedStore {
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
    const keys = new Keys(prefix);
    const context: Context = { server, keys, now, pageSize: pageMembers };
    const memberships = new RedisMemberships(context);
    super({
      connections: new RedisConnections(context, memberships),
      memberships,
      logs: new RedisLogs(context),
      shards: new RedisShards(context),
      reservations: new RedisReservations(context),
    });
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
