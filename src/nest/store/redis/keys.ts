import { type ConnectionId, type UserId } from '../../../api/integration.js';
import { type ChannelName } from '../../../api/messages.js';

/**
 * The number of indexes of connections, and of channels. In different hash slots, they spread over a cluster's nodes.
 */
export const INDEXES = 64;

/**
 * The names of all keys. The part in braces decides the hash slot. So all keys of one connection are on one node of a
 * cluster, as are those of one channel, of one user, and of the shards, and one script can use them together.
 *
 * @see https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
 */
export class Keys {
  constructor(readonly prefix: string) {}

  /** Hash: the fields of a connection. */
  connection = (id: ConnectionId) => this.#key('connection', id);
  /** Hash: the channels of a connection, each with the token of its membership. */
  channelsOf = (id: ConnectionId) => this.#key('channels', id);

  /** Sorted set by name: the members of a channel, packed. */
  members = (channel: ChannelName) => this.#key('members', channel);
  /** Sorted set by `expiresAt`: the connection ids of the same members. */
  memberExpiry = (channel: ChannelName) => this.#key('expiry', channel);
  /** Hash: epoch, offset, age limit and last time of a channel's log, and until when the channel is in its index. */
  log = (channel: ChannelName) => this.#key('log', channel);
  /** Stream: the entries of the log. */
  entries = (channel: ChannelName) => this.#key('entries', channel);

  /** Sorted set by `expiresAt`: the connections of a user. */
  user = (userId: UserId) => this.#key('user', userId);
  /** Sorted set by `expiresAt`: one index of connections. */
  connectionIndex = (index: number) => this.#key('connections', String(index));
  /** Sorted set by a time after which no member is left: one index of the channels that may have members. */
  channelIndex = (index: number) => this.#key('named', String(index));

  /** Hash, sorted set, sorted set, hash and number: see `shard-scripts.ts`. */
  shards = () =>
    ['content', 'free', 'leased', 'notes', 'count'].map((part) => this.#key(`shard-${part}`, 'shards'));

  /** String: a reservation. */
  reservation = (key: string) => this.#key('answer', key);

  // the colon, because Redis ignores an empty tag, which a name that begins with `}` would make
  #key(kind: string, name: string): string {
    return `${this.prefix}:${kind}{:${name}}`;
  }
}

/**
 * The number of the index that has this name, below {@link INDEXES}.
 *
 * @see http://www.isthe.com/chongo/tech/comp/fnv/ (FNV-1a)
 */
export function indexOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % INDEXES;
}
