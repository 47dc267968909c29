import { type ConnectionId, type UserId } from '../../api/integration.js';
import { type ChannelName } from '../../api/messages.js';
import { type MemberRange, type NewConnection, type Retention, type Shard, Store } from './store.js';

export type ConnectionsPart = Pick<
  Store,
  | 'putConnection'
  | 'touchConnection'
  | 'getConnection'
  | 'removeConnection'
  | 'connectionsOf'
  | 'idleConnections'
  | 'counts'
>;
export type MembershipsPart = Pick<
  Store,
  'join' | 'leave' | 'isMember' | 'countMembers' | 'members' | 'memberRanges'
>;
export type LogsPart = Pick<Store, 'append' | 'position' | 'readLog'>;
export type ShardsPart = Pick<
  Store,
  'putShards' | 'takeShard' | 'renewShard' | 'releaseShard' | 'finishShard' | 'countShards'
>;
export type ReservationsPart = Pick<Store, 'reserve' | 'keepResult' | 'release'>;

export interface StoreParts {
  readonly connections: ConnectionsPart;
  readonly memberships: MembershipsPart;
  readonly logs: LogsPart;
  readonly shards: ShardsPart;
  readonly reservations: ReservationsPart;
}

/** A store in five parts, each of which implements the methods for what it stores. */
export abstract class ComposedStore extends Store {
  readonly #parts: StoreParts;

  constructor(parts: StoreParts) {
    super();
    this.#parts = parts;
  }

  putConnection(connection: NewConnection) {
    return this.#parts.connections.putConnection(connection);
  }

  touchConnection(connectionId: ConnectionId) {
    return this.#parts.connections.touchConnection(connectionId);
  }

  getConnection(connectionId: ConnectionId) {
    return this.#parts.connections.getConnection(connectionId);
  }

  removeConnection(connectionId: ConnectionId) {
    return this.#parts.connections.removeConnection(connectionId);
  }

  connectionsOf(userId: UserId) {
    return this.#parts.connections.connectionsOf(userId);
  }

  idleConnections(idleSince: number) {
    return this.#parts.connections.idleConnections(idleSince);
  }

  counts() {
    return this.#parts.connections.counts();
  }

  join(channel: ChannelName, connectionId: ConnectionId, maxChannels: number) {
    return this.#parts.memberships.join(channel, connectionId, maxChannels);
  }

  leave(channel: ChannelName, connectionId: ConnectionId) {
    return this.#parts.memberships.leave(channel, connectionId);
  }

  isMember(channel: ChannelName, connectionId: ConnectionId) {
    return this.#parts.memberships.isMember(channel, connectionId);
  }

  countMembers(channel: ChannelName, atMost?: number) {
    return this.#parts.memberships.countMembers(channel, atMost);
  }

  members(channel: ChannelName, range?: MemberRange) {
    return this.#parts.memberships.members(channel, range);
  }

  memberRanges(channel: ChannelName, size: number) {
    return this.#parts.memberships.memberRanges(channel, size);
  }

  append(channel: ChannelName, content: string, retention: Retention) {
    return this.#parts.logs.append(channel, content, retention);
  }

  position(channel: ChannelName) {
    return this.#parts.logs.position(channel);
  }

  readLog(channel: ChannelName, after: number, limit: number) {
    return this.#parts.logs.readLog(channel, after, limit);
  }

  putShards(contents: readonly string[]) {
    return this.#parts.shards.putShards(contents);
  }

  takeShard(leaseMs: number) {
    return this.#parts.shards.takeShard(leaseMs);
  }

  renewShard(shard: Shard, leaseMs: number, progress: string) {
    return this.#parts.shards.renewShard(shard, leaseMs, progress);
  }

  releaseShard(shard: Shard, progress: string | undefined) {
    return this.#parts.shards.releaseShard(shard, progress);
  }

  finishShard(shard: Shard) {
    return this.#parts.shards.finishShard(shard);
  }

  countShards() {
    return this.#parts.shards.countShards();
  }

  reserve(key: string, ttlMs: number) {
    return this.#parts.reservations.reserve(key, ttlMs);
  }

  keepResult(key: string, result: string, ttlMs: number) {
    return this.#parts.reservations.keepResult(key, result, ttlMs);
  }

  release(key: string) {
    return this.#parts.reservations.release(key);
  }
}
