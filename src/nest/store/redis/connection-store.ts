import { type ConnectionId, type UserId } from '../../../api/integration.js';
import { type ChannelName } from '../../../api/messages.js';
import { FIRST_PAGE, readConnectionPage } from '../connection-page.js';
import {
  type Connection,
  type ConnectionPage,
  ConnectionStore,
  type NewConnection,
} from '../connection-store.js';
import { type Context, connectionLifeArguments } from './context.js';
import { indexOf, INDEXES } from './keys.js';
import { type RedisMembershipStore } from './membership-store.js';
import { packOwner, pairs, unpackConnection, unpackOwner } from './packed.js';
import {
  FORGET_CONNECTION,
  PUT_CONNECTION,
  READ_CONNECTION,
  REMOVE_CONNECTION,
  TOUCH_CONNECTION,
} from './scripts/connection-scripts.js';
import { ENTER_INDEX } from './scripts/index-scripts.js';
import { type Script } from './scripts/script.js';
import { redisTtlMs } from './ttl.js';

/**
 * Connections: each a hash, which decides; and indexes, by user and of all connections, which may contain outdated
 * entries.
 */
export class RedisConnectionStore extends ConnectionStore {
  readonly #indexes: readonly string[];
  #puts = 0;

  constructor(
    private readonly context: Context,
    private readonly memberships: RedisMembershipStore,
  ) {
    super();
    this.#indexes = Array.from({ length: INDEXES }, (_, index) => context.keys.connectionIndex(index));
  }

  async putConnection(connection: NewConnection): Promise<void> {
    const { server, keys, now } = this.context;
    const { connectionId, userId, session = '', connectedAt, expiresAt } = connection;
    const present = now();
    const owner = packOwner(connection);
    const ttlMs = redisTtlMs(expiresAt - present);
    const index = keys.connectionIndex(indexOf(connectionId));
    // greater than any token of an earlier connection with this id, whose hash is gone
    const firstToken = present * 1000;
    const life = connectionLifeArguments(this.context);
    const args = [...life, connectedAt, expiresAt, owner, ttlMs, firstToken, session];
    const [put] = await Promise.all([
      server.run(PUT_CONNECTION, keys.ofConnection(connectionId), args),
      server.send(index, ['ZADD', index, String(expiresAt), connectionId]),
      this.#isTimeToSweep() && this.#sweep(index),
      userId !== undefined &&
        server.run(ENTER_INDEX, [keys.user(userId)], [present, expiresAt, connectionId, ttlMs]),
    ]);
    if (put === null) return;
    const [keepsChannels, oldOwner, channels] = put as [number, string, string[]];
    const oldUser = unpackOwner(oldOwner).userId;
    await Promise.all([
      ...membershipsIn(channels).map((membership) =>
        keepsChannels === 1
          ? this.memberships.enter(connectionId, membership, String(expiresAt), owner)
          : this.memberships.exit(connectionId, membership),
      ),
      oldUser !== userId && this.#leaveUser(connectionId, oldUser),
    ]);
  }

  touchConnection(connectionId: ConnectionId): Promise<Connection | undefined> {
    return this.#read(TOUCH_CONNECTION, connectionId);
  }

  getConnection(connectionId: ConnectionId): Promise<Connection | undefined> {
    return this.#read(READ_CONNECTION, connectionId);
  }

  async removeConnection(connectionId: ConnectionId): Promise<readonly ChannelName[] | undefined> {
    const { server, keys, now } = this.context;
    const index = keys.connectionIndex(indexOf(connectionId));
    const removed = await server.run(REMOVE_CONNECTION, keys.ofConnection(connectionId), [now()]);
    const [wasThere, owner, channels] = removed as [number?, string?, string[]?];
    if (owner === undefined || channels === undefined) return undefined;
    const left = membershipsIn(channels);
    await Promise.all([
      ...left.map((membership) => this.memberships.exit(connectionId, membership)),
      server.send(index, ['ZREM', index, connectionId]),
      this.#leaveUser(connectionId, unpackOwner(owner).userId),
    ]);
    if (left.length > 0) await server.run(FORGET_CONNECTION, keys.ofConnection(connectionId), []);
    return wasThere === 1 ? left.map(({ channel }) => channel) : undefined;
  }

  connectionsOf(userId: UserId): AsyncIterable<readonly Connection[]> {
    return this.#indexed(this.context.keys.user(userId), (connection) => connection.userId === userId);
  }

  async *idleConnections(idleSince: number): AsyncIterable<readonly Connection[]> {
    const isIdle = ({ lastActiveAt }: Connection) => lastActiveAt < idleSince;
    for (const index of this.#indexes) {
      await this.#sweep(index);
      yield* this.#indexed(index, isIdle);
    }
  }

  /** The partitions are the indexes. Reads the ids of an index as a whole, because it is not in their order. */
  connectionPage(limit: number, after = FIRST_PAGE): Promise<ConnectionPage> {
    return readConnectionPage(INDEXES, limit, after, async (partition, afterId, atMost) => {
      const all = await this.#idsOf(this.#indexes[partition]!);
      const ids = all
        .filter((id) => id > afterId)
        .toSorted()
        .slice(0, atMost);
      const found = await Promise.all(ids.map((id) => this.getConnection(id)));
      return { ids, connections: found.filter((connection) => connection !== undefined) };
    });
  }

  async counts(): Promise<{ readonly connections: number; readonly channels: number }> {
    const [connections, channels] = await Promise.all([this.#count(), this.memberships.countChannels()]);
    return { connections, channels };
  }

  async #read(script: Script, connectionId: ConnectionId): Promise<Connection | undefined> {
    const { server, keys } = this.context;
    const fields = await server.run(
      script,
      keys.ofConnection(connectionId),
      connectionLifeArguments(this.context),
    );
    return unpackConnection(connectionId, fields as (string | number | null)[]);
  }

  async #count(): Promise<number> {
    const counts = await Promise.all(
      this.#indexes.map(async (index) => {
        await this.#sweep(index);
        return this.context.server.send(index, ['ZCOUNT', index, `(${this.context.now()}`, '+inf']);
      }),
    );
    return counts.reduce<number>((sum, count) => sum + Number(count), 0);
  }

  /** Not at every put, because that would be a third of its work. */
  #isTimeToSweep(): boolean {
    this.#puts += 1;
    return this.#puts % SWEEP_AFTER_PUTS === 0;
  }

  /** Removes expired entries. */
  async #sweep(index: string): Promise<void> {
    await this.context.server.send(index, ['ZREMRANGEBYSCORE', index, '-inf', String(this.context.now())]);
  }

  /** Reads an index as a whole, so that no connection comes twice, and then the connections in pages. */
  async *#indexed(index: string, isWanted: (connection: Connection) => boolean) {
    const { pageSize } = this.context;
    const ids = await this.#idsOf(index);
    for (let at = 0; at < ids.length; at += pageSize) {
      const found = await Promise.all(ids.slice(at, at + pageSize).map((id) => this.getConnection(id)));
      const wanted = found.filter((connection) => connection !== undefined).filter(isWanted);
      if (wanted.length > 0) yield wanted;
    }
  }

  async #idsOf(index: string): Promise<readonly ConnectionId[]> {
    const range = ['ZRANGE', index, `(${this.context.now()}`, '+inf', 'BYSCORE'];
    return (await this.context.server.send(index, range)) as ConnectionId[];
  }

  async #leaveUser(connectionId: ConnectionId, userId: UserId | undefined): Promise<void> {
    if (userId === undefined) return;
    const key = this.context.keys.user(userId);
    await this.context.server.send(key, ['ZREM', key, connectionId]);
  }
}

/** An index has on average at most this number of expired entries. */
const SWEEP_AFTER_PUTS = 64;

function membershipsIn(channels: readonly string[]) {
  return pairs(channels).map(([channel, token]) => ({ channel: channel as ChannelName, token }));
}
