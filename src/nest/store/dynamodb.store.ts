import { type ConnectionId, type UserId } from '../../api/integration.js';
import { type ChannelName } from '../../api/messages.js';
import { Answers } from './dynamodb/answers.js';
import { Connections } from './dynamodb/connections.js';
import { Logs } from './dynamodb/logs.js';
import { Members } from './dynamodb/members.js';
import { Memberships } from './dynamodb/memberships.js';
import { Shards } from './dynamodb/shards.js';
import { Table, type TableOptions } from './dynamodb/table.js';
import {
  type Connection,
  type JoinOutcome,
  type LogEntry,
  type Member,
  type MemberRange,
  type NewConnection,
  type Position,
  type Retention,
  type Shard,
  Store,
} from './store.js';

export interface DynamoDbStoreOptions extends TableOptions {
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number;
  /** Members read at once. */
  readonly pageMembers?: number;
}

/**
 * State in one table of Amazon DynamoDB, for as many tasks as there are.
 *
 * There are no transactions: every method is decided by one conditional write, and what else it writes follows from
 * that. When a task dies in between, doing the same again finishes it; what nobody does again is gone when the
 * connection has expired. In those moments a member may be listed that has left, and a member counted that is not
 * listed yet; no message is lost by it.
 */
export class DynamoDbStore extends Store {
  readonly #table: Table;
  readonly #connections: Connections;
  readonly #memberships: Memberships;
  readonly #members: Members;
  readonly #logs: Logs;
  readonly #shards: Shards;
  readonly #answers: Answers;

  /**
   * @throws {ConfigError} there is no such table, or it is not ours
   * @throws {StoreUnavailableError} it cannot be told
   */
  static async connect(options: DynamoDbStoreOptions): Promise<DynamoDbStore> {
    return new DynamoDbStore(await Table.open(options), options);
  }

  private constructor(table: Table, { now = Date.now, pageMembers = 1000 }: DynamoDbStoreOptions) {
    super();
    this.#table = table;
    this.#logs = new Logs(table, now);
    this.#members = new Members(table, this.#logs, now, pageMembers);
    this.#memberships = new Memberships(table, this.#members, this.#logs, now);
    this.#connections = new Connections(table, this.#memberships, now, pageMembers);
    this.#shards = new Shards(table, now);
    this.#answers = new Answers(table, now);
  }

  putConnection(connection: NewConnection): Promise<void> {
    return this.#connections.put(connection);
  }

  touchConnection(connectionId: ConnectionId): Promise<Connection | undefined> {
    return this.#connections.touch(connectionId);
  }

  getConnection(connectionId: ConnectionId): Promise<Connection | undefined> {
    return this.#connections.get(connectionId);
  }

  removeConnection(connectionId: ConnectionId): Promise<readonly ChannelName[] | undefined> {
    return this.#connections.remove(connectionId);
  }

  connectionsOf(userId: UserId): AsyncIterable<readonly Connection[]> {
    return this.#connections.ofUser(userId);
  }

  idleConnections(since: number): AsyncIterable<readonly Connection[]> {
    return this.#connections.idle(since);
  }

  counts(): Promise<{ readonly connections: number; readonly channels: number }> {
    return this.#connections.counts();
  }

  join(channel: ChannelName, connectionId: ConnectionId, maxChannels: number): Promise<JoinOutcome> {
    return this.#memberships.join(channel, connectionId, maxChannels);
  }

  leave(channel: ChannelName, connectionId: ConnectionId): Promise<boolean> {
    return this.#memberships.leave(channel, connectionId);
  }

  isMember(channel: ChannelName, connectionId: ConnectionId): Promise<boolean> {
    return this.#memberships.isMember(channel, connectionId);
  }

  countMembers(channel: ChannelName, atMost?: number): Promise<number> {
    return this.#members.count(channel, atMost);
  }

  members(channel: ChannelName, range: MemberRange = {}): AsyncIterable<readonly Member[]> {
    return this.#members.list(channel, range);
  }

  memberRanges(channel: ChannelName, size: number): Promise<readonly MemberRange[]> {
    return this.#members.ranges(channel, size);
  }

  append(channel: ChannelName, content: string, retention: Retention): Promise<Position> {
    return this.#logs.append(channel, content, retention);
  }

  position(channel: ChannelName): Promise<Position> {
    return this.#logs.position(channel);
  }

  readLog(channel: ChannelName, after: number, limit: number): Promise<readonly LogEntry[]> {
    return this.#logs.read(channel, after, limit);
  }

  putShards(contents: readonly string[]): Promise<void> {
    return this.#shards.put(contents);
  }

  takeShard(leaseMs: number): Promise<Shard | undefined> {
    return this.#shards.take(leaseMs);
  }

  renewShard(shard: Shard, leaseMs: number, progress: string): Promise<boolean> {
    return this.#shards.renew(shard, leaseMs, progress);
  }

  releaseShard(shard: Shard, progress: string | undefined): Promise<void> {
    return this.#shards.release(shard, progress);
  }

  finishShard(shard: Shard): Promise<void> {
    return this.#shards.finish(shard);
  }

  countShards(): Promise<number> {
    return this.#shards.count();
  }

  reserve(key: string, ttlMs: number): Promise<'reserved' | { readonly answer: string | undefined }> {
    return this.#answers.reserve(key, ttlMs);
  }

  keepAnswer(key: string, answer: string, ttlMs: number): Promise<void> {
    return this.#answers.keep(key, answer, ttlMs);
  }

  release(key: string): Promise<void> {
    return this.#answers.release(key);
  }

  /** Reads a row that nobody writes. */
  async ping(): Promise<void> {
    await this.#table.get({ pk: 'ping', sk: '#' }, true);
  }

  async close(): Promise<void> {
    this.#table.close();
  }
}
