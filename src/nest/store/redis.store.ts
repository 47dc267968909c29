import { type ConnectionId, type UserId } from '../../api/integration.js';
import { type ChannelName } from '../../api/messages.js';
import { type Context } from './redis/context.js';
import { Keys } from './redis/keys.js';
import { RedisAnswers } from './redis/redis-answers.js';
import { RedisConnections } from './redis/redis-connections.js';
import { RedisLogs } from './redis/redis-logs.js';
import { RedisMemberships } from './redis/redis-memberships.js';
import { RedisServer, type RedisServerOptions } from './redis/redis-server.js';
import { RedisShards } from './redis/redis-shards.js';
import { StoreUnavailableError } from './store.errors.js';
import { type MemberRange, type NewConnection, type Retention, type Shard, Store } from './store.js';

export interface RedisStoreOptions extends RedisServerOptions {
  /** What all keys begin with. */
  readonly prefix: string;
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number;
  /** Members, or connections, read at once. */
  readonly pageMembers?: number;
}

/**
 * State in Redis or Valkey, single or as a cluster, for a service of many tasks. What a write has told outlives the
 * service; whether it outlives Redis is a matter of how that is run. Nothing may be evicted: `maxmemory-policy noeviction`.
 *
 * No command reaches two hash slots, and a script does the work of a method, or of each of its steps, as a whole.
 */
export class RedisStore extends Store {
  readonly #server: RedisServer;
  readonly #keys: Keys;
  readonly #isCluster: boolean;
  readonly #memberships: RedisMemberships;
  readonly #connections: RedisConnections;
  readonly #logs: RedisLogs;
  readonly #shards: RedisShards;
  readonly #answers: RedisAnswers;

  /** @throws {ConfigError} the server cannot be reached in time, or refuses the credentials */
  static async connect(options: RedisStoreOptions): Promise<RedisStore> {
    return new RedisStore(await RedisServer.connect(options), options);
  }

  private constructor(
    server: RedisServer,
    { prefix, isCluster, now = Date.now, pageMembers = 1000 }: RedisStoreOptions,
  ) {
    super();
    this.#server = server;
    this.#isCluster = isCluster;
    this.#keys = new Keys(prefix);
    const context: Context = { server, keys: this.#keys, now, page: pageMembers };
    this.#memberships = new RedisMemberships(context);
    this.#connections = new RedisConnections(context, this.#memberships);
    this.#logs = new RedisLogs(context);
    this.#shards = new RedisShards(context);
    this.#answers = new RedisAnswers(context);
  }

  putConnection(connection: NewConnection) {
    return this.#connections.put(connection);
  }

  touchConnection(connectionId: ConnectionId) {
    return this.#connections.touch(connectionId);
  }

  getConnection(connectionId: ConnectionId) {
    return this.#connections.get(connectionId);
  }

  removeConnection(connectionId: ConnectionId) {
    return this.#connections.remove(connectionId);
  }

  connectionsOf(userId: UserId) {
    return this.#connections.of(userId);
  }

  idleConnections(since: number) {
    return this.#connections.idle(since);
  }

  async counts() {
    const [connections, channels] = await Promise.all([
      this.#connections.count(),
      this.#memberships.countChannels(),
    ]);
    return { connections, channels };
  }

  join(channel: ChannelName, connectionId: ConnectionId, maxChannels: number) {
    return this.#memberships.join(channel, connectionId, maxChannels);
  }

  leave(channel: ChannelName, connectionId: ConnectionId) {
    return this.#memberships.leave(channel, connectionId);
  }

  isMember(channel: ChannelName, connectionId: ConnectionId) {
    return this.#memberships.isMember(channel, connectionId);
  }

  countMembers(channel: ChannelName) {
    return this.#memberships.count(channel);
  }

  members(channel: ChannelName, range: MemberRange = {}) {
    return this.#memberships.members(channel, range);
  }

  memberRanges(channel: ChannelName, size: number) {
    return this.#memberships.ranges(channel, size);
  }

  append(channel: ChannelName, content: string, retention: Retention) {
    return this.#logs.append(channel, content, retention);
  }

  position(channel: ChannelName) {
    return this.#logs.position(channel);
  }

  readLog(channel: ChannelName, after: number, limit: number) {
    return this.#logs.read(channel, after, limit);
  }

  putShards(contents: readonly string[]) {
    return this.#shards.put(contents);
  }

  takeShard(leaseMs: number) {
    return this.#shards.take(leaseMs);
  }

  renewShard(shard: Shard, leaseMs: number, progress: string) {
    return this.#shards.renew(shard, leaseMs, progress);
  }

  releaseShard(shard: Shard, progress: string | undefined) {
    return this.#shards.release(shard, progress);
  }

  finishShard(shard: Shard) {
    return this.#shards.finish(shard);
  }

  countShards() {
    return this.#shards.count();
  }

  reserve(key: string, ttlMs: number) {
    return this.#answers.reserve(key, ttlMs);
  }

  keepAnswer(key: string, answer: string, ttlMs: number) {
    return this.#answers.keep(key, answer, ttlMs);
  }

  release(key: string) {
    return this.#answers.release(key);
  }

  /** Of a cluster, some node is enough: were we not ready because of one that is away, all tasks would be, at once. */
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

/** Reads in so many different hash slots find every node of a cluster that is not very large. */
const PROBES = 16;
