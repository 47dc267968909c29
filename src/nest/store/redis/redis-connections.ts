import { type ConnectionId, type UserId } from '../../../api/integration.js';
import { type ChannelName } from '../../../api/messages.js';
import { type Connection, type NewConnection } from '../store.js';
import {
  CONNECTION_FIELDS,
  ENTER_INDEX,
  FORGET_CONNECTION,
  PUT_CONNECTION,
  REMOVE_CONNECTION,
  TOUCH_CONNECTION,
} from './connection-scripts.js';
import { type Context, untilDropped } from './context.js';
import { indexOf, INDEXES } from './keys.js';
import { packWho, unpackConnection, unpackWho } from './packed.js';
import { pairs, type RedisMemberships } from './redis-memberships.js';

/** Connections: each a hash; an index by user and one of all, whose entries count only as far as the hash agrees. */
export class RedisConnections {
  readonly #indexes: readonly string[];
  #puts = 0;

  constructor(
    private readonly context: Context,
    private readonly memberships: RedisMemberships,
  ) {
    this.#indexes = Array.from({ length: INDEXES }, (_, index) => context.keys.connectionIndex(index));
  }

  async put(connection: NewConnection): Promise<void> {
    const { server, keys, now } = this.context;
    const { connectionId, userId, connectedAt, expiresAt } = connection;
    const present = now();
    const who = packWho(connection);
    const ttlMs = untilDropped(expiresAt - present);
    const index = keys.connectionIndex(indexOf(connectionId));
    // a token of a former life, whose hash is gone, has to be smaller than those of this one
    const firstToken = Math.floor(present) * 1000;
    const args = [present, connectedAt, expiresAt, who, ttlMs, firstToken];
    const [put] = await Promise.all([
      server.run(PUT_CONNECTION, this.#keysOf(connectionId), args),
      server.send(index, ['ZADD', index, String(expiresAt), connectionId]),
      this.#isTimeToSweep() && this.#sweep(index),
      userId !== undefined &&
        server.run(ENTER_INDEX, [keys.user(userId)], [present, expiresAt, connectionId, ttlMs]),
    ]);
    if (put === null) return;
    const [wasThere, oldWho, channels] = put as [number, string, string[]];
    const oldUser = unpackWho(oldWho).userId;
    await Promise.all([
      ...membershipsIn(channels).map((membership) =>
        wasThere === 1
          ? this.memberships.enter(connectionId, membership, String(expiresAt), who)
          : this.memberships.exit(connectionId, membership),
      ),
      oldUser !== userId && this.#leaveUser(connectionId, oldUser),
    ]);
  }

  async touch(connectionId: ConnectionId): Promise<Connection | undefined> {
    const { server, now } = this.context;
    const present = now();
    const fields = await server.run(TOUCH_CONNECTION, this.#keysOf(connectionId), [present]);
    return unpackConnection(connectionId, fields as string[], present);
  }

  async get(connectionId: ConnectionId): Promise<Connection | undefined> {
    const { server, keys, now } = this.context;
    const key = keys.connection(connectionId);
    const fields = await server.send(key, ['HMGET', key, ...CONNECTION_FIELDS]);
    return unpackConnection(connectionId, fields as (string | null)[], now());
  }

  async remove(connectionId: ConnectionId): Promise<readonly ChannelName[] | undefined> {
    const { server, keys, now } = this.context;
    const index = keys.connectionIndex(indexOf(connectionId));
    const removed = await server.run(REMOVE_CONNECTION, this.#keysOf(connectionId), [now()]);
    const [wasThere, who, channels] = removed as [number?, string?, string[]?];
    if (who === undefined || channels === undefined) return undefined;
    const left = membershipsIn(channels);
    await Promise.all([
      ...left.map((membership) => this.memberships.exit(connectionId, membership)),
      server.send(index, ['ZREM', index, connectionId]),
      this.#leaveUser(connectionId, unpackWho(who).userId),
    ]);
    if (left.length > 0) await server.run(FORGET_CONNECTION, this.#keysOf(connectionId), []);
    return wasThere === 1 ? left.map(({ channel }) => channel) : undefined;
  }

  of(userId: UserId): AsyncIterable<readonly Connection[]> {
    return this.#indexed(this.context.keys.user(userId), (connection) => connection.userId === userId);
  }

  async *idle(since: number): AsyncIterable<readonly Connection[]> {
    const isIdle = ({ lastActiveAt }: Connection) => lastActiveAt < since;
    for (const index of this.#indexes) {
      await this.#sweep(index);
      yield* this.#indexed(index, isIdle);
    }
  }

  async count(): Promise<number> {
    const counts = await Promise.all(
      this.#indexes.map(async (index) => {
        await this.#sweep(index);
        return this.context.server.send(index, ['ZCOUNT', index, `(${this.context.now()}`, '+inf']);
      }),
    );
    return counts.reduce<number>((sum, count) => sum + Number(count), 0);
  }

  /** At some puts only, because it would be a third of the work of each. */
  #isTimeToSweep(): boolean {
    this.#puts += 1;
    return this.#puts % SWEEP_AFTER_PUTS === 0;
  }

  /** Clears out what has expired. */
  async #sweep(index: string): Promise<void> {
    await this.context.server.send(index, ['ZREMRANGEBYSCORE', index, '-inf', String(this.context.now())]);
  }

  /** An index is read as a whole, which is why nobody comes twice; what its connections are, in pages. */
  async *#indexed(index: string, isWanted: (connection: Connection) => boolean) {
    const { server, now, page } = this.context;
    const range = ['ZRANGE', index, `(${now()}`, '+inf', 'BYSCORE'];
    const ids = (await server.send(index, range)) as ConnectionId[];
    for (let at = 0; at < ids.length; at += page) {
      const found = await Promise.all(ids.slice(at, at + page).map((id) => this.get(id)));
      const wanted = found.filter((connection) => connection !== undefined).filter(isWanted);
      if (wanted.length > 0) yield wanted;
    }
  }

  async #leaveUser(connectionId: ConnectionId, userId: UserId | undefined): Promise<void> {
    if (userId === undefined) return;
    const key = this.context.keys.user(userId);
    await this.context.server.send(key, ['ZREM', key, connectionId]);
  }

  #keysOf(connectionId: ConnectionId): string[] {
    const { keys } = this.context;
    return [keys.connection(connectionId), keys.channelsOf(connectionId)];
  }
}

/** An index is swept by every so many puts into it, on average: it has that many at most that have expired. */
const SWEEP_AFTER_PUTS = 64;

function membershipsIn(channels: readonly string[]) {
  return pairs(channels).map(([channel, token]) => ({ channel: channel as ChannelName, token }));
}
