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

  /** The keys of the scripts for a connection. */
  ofConnection = (id: ConnectionId): readonly string[] => [this.connection(id), this.channelsOf(id)];

  /** Sorted set by name: the members of a channel, packed. */
  members = (channel: ChannelName) => this.#key('members', channel);
  /** Sorted set by `expiresAt`: the connection ids of the same members. */
  memberExpiry = (channel: ChannelName) => this.#key('expiry', channel);
  /** Hash: epoch, offset, life, age limit and last time of a channel's log, and until when the channel is in its index. */
  log = (channel: ChannelName) => this.#key('log', channel);
  /** Stream: the entries of the log. */
  entries = (channel: ChannelName) => this.#key('entries', channel);
  /** String: a key for idempotency, and the position of its message. It is encoded, because it may contain braces. */
  once = (channel: ChannelName, key: string) =>
    this.#key(`once-${Buffer.from(key).toString('base64url')}`, channel);

  /** The keys of the scripts for a log. */
  ofLog = (channel: ChannelName): readonly string[] => [this.log(channel), this.entries(channel)];
  /** The keys of the scripts for a channel. */
  ofChannel = (channel: ChannelName): readonly string[] => [
    ...this.ofLog(channel),
    this.members(channel),
    this.memberExpiry(channel),
  ];

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

  /** String: written to see whether the server can be written. */
  probe = (index: number) => this.#key('probe', String(index));

  /** The pattern of all keys, for `SCAN`. It also matches keys of a longer prefix. */
  get pattern(): string {
    return `${this.prefix}:*`;
  }

  /** @returns what the key is for, such as `log`, and the name in it; undefined if it has another prefix */
  parse(key: string): { readonly kind: string; readonly name: string } | undefined {
    const [, kind, name] = /^([^:{]+)\{:(.*)\}$/s.exec(key.slice(this.prefix.length + 1)) ?? [];
    return kind === undefined || name === undefined ? undefined : { kind, name };
  }

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
