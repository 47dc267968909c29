import { randomUUID } from 'node:crypto';
import { type ConnectionId, type UserId } from '../../../api/integration.js';
import { type ChannelName } from '../../../api/messages.js';
import { type Connection, type NewConnection } from '../store.js';
import { type Item, N, S, textOf, ttlOf } from './attributes.js';
import {
  channelsOf,
  CONNECTION_PARTITIONS,
  connectionKey,
  isThere,
  noChannels,
  noMemberships,
  ownerUpdate,
  toConnection,
  userKey,
  userPartition,
} from './connection-rows.js';
import { type Memberships } from './memberships.js';
import { inPages } from './pages.js';
import { type Table } from './table.js';

/**
 * Connections: one row each, which also has the names of its channels, and one more that leads from its user to it.
 *
 * @see connection-rows.ts for the rows
 */
export class Connections {
  readonly #table: Table;
  readonly #memberships: Memberships;
  readonly #now: () => number;
  readonly #pageSize: number;

  constructor(table: Table, memberships: Memberships, now: () => number, pageSize: number) {
    this.#table = table;
    this.#memberships = memberships;
    this.#now = now;
    this.#pageSize = pageSize;
  }

  async put(connection: NewConnection): Promise<void> {
    const { connectionId, userId, connectedAt, expiresAt } = connection;
    if (userId !== undefined) await this.#putUserRow(userId, connection);
    const owner = ownerUpdate(connection);
    const now = this.#now();
    for (;;) {
      const before = await this.#table.update(
        connectionKey(connectionId),
        `SET #connectedAt = :connectedAt, #expiresAt = :expiresAt, #ttl = :ttl, #lastActiveAt = :now,
          #channels = if_not_exists(#channels, :noChannels), #joins = if_not_exists(#joins, :noMemberships)${owner.update}`,
        {
          condition: 'attribute_not_exists(#pk) OR #expiresAt > :now',
          values: {
            ...owner.values,
            ':connectedAt': N(connectedAt),
            ':expiresAt': N(expiresAt),
            ':ttl': ttlOf(expiresAt),
            ':now': N(now),
            ':noChannels': noChannels,
            ':noMemberships': noMemberships,
          },
          returns: 'ALL_OLD',
        },
      );
      if (before !== 'refused') return this.#memberships.refresh(connection, channelsOf(before));
      // one that has expired, or whose removal was interrupted, must not hand its channels on
      const former = await this.#table.get(connectionKey(connectionId));
      if (former && !isThere(former, now)) await this.#clear(connectionId, former);
    }
  }

  async touch(connectionId: ConnectionId): Promise<Connection | undefined> {
    const now = this.#now();
    const row = await this.#table.update(connectionKey(connectionId), 'SET #lastActiveAt = :now', {
      condition: '#expiresAt > :now',
      values: { ':now': N(now) },
      returns: 'ALL_NEW',
    });
    return row === 'refused' ? undefined : toConnection(row, now);
  }

  async get(connectionId: ConnectionId): Promise<Connection | undefined> {
    return toConnection(await this.#table.get(connectionKey(connectionId)), this.#now());
  }

  /**
   * First the connection is made to count as absent, then what belongs to it is deleted, and last its own row: who
   * removes it once more finishes what was interrupted.
   */
  async remove(connectionId: ConnectionId): Promise<readonly ChannelName[] | undefined> {
    const token = randomUUID();
    const now = this.#now();
    const before = await this.#table.update(
      connectionKey(connectionId),
      'SET #expiresAt = :never, #removedBy = if_not_exists(#removedBy, :token)',
      {
        condition: 'attribute_exists(#pk)',
        values: { ':never': N(0), ':token': S(token) },
        returns: 'ALL_OLD',
      },
    );
    if (before === 'refused') return undefined;
    // the token is there already when an earlier try was made and its answer lost
    const wasThere = isThere(before, now) || textOf(before['removedBy']) === token;
    await this.#clear(connectionId, before);
    return wasThere ? [...channelsOf(before).keys()] : undefined;
  }

  async *ofUser(userId: UserId): AsyncIterable<readonly Connection[]> {
    yield* inPages(this.#foundByUser(userId), this.#pageSize);
  }

  async *idle(since: number): AsyncIterable<readonly Connection[]> {
    yield* inPages(this.#notHeardOf(since), this.#pageSize);
  }

  /** Reads the rows of all connections. */
  async counts(): Promise<{ readonly connections: number; readonly channels: number }> {
    const channels = new Set<ChannelName>();
    const ofPartitions = CONNECTION_PARTITIONS.map(async (pk) => {
      let connections = 0;
      for await (const rows of this.#table.query({ pk, only: '#channels', ...this.#unexpired() })) {
        connections += rows.length;
        for (const row of rows) for (const channel of channelsOf(row).keys()) channels.add(channel);
      }
      return connections;
    });
    const connections = (await Promise.all(ofPartitions)).reduce((sum, count) => sum + count, 0);
    return { connections, channels: channels.size };
  }

  async *#foundByUser(userId: UserId): AsyncIterable<readonly Connection[]> {
    const leads = this.#table.query({
      pk: userPartition(userId),
      only: '#sk',
      limit: this.#pageSize,
      ...this.#unexpired(),
    });
    for await (const rows of leads) {
      const keys = rows.map((row) => connectionKey(row['sk']?.S as ConnectionId));
      const now = this.#now();
      const connections = (await this.#table.getMany(keys)).map((row) => toConnection(row, now));
      yield connections
        .filter((connection) => connection !== undefined)
        .filter((known) => known.userId === userId);
    }
  }

  async *#notHeardOf(since: number): AsyncIterable<readonly Connection[]> {
    const { filter, values } = this.#unexpired();
    for (const pk of CONNECTION_PARTITIONS) {
      const idle = this.#table.query({
        pk,
        filter: `${filter} AND #lastActiveAt < :since`,
        values: { ...values, ':since': N(since) },
      });
      for await (const rows of idle) {
        const now = this.#now();
        yield rows.map((row) => toConnection(row, now)).filter((connection) => connection !== undefined);
      }
    }
  }

  /** Before the connection itself, because a lead that leads nowhere is harmless and a missing one is not. */
  async #putUserRow(userId: UserId, { connectionId, expiresAt }: NewConnection): Promise<void> {
    const { pk, sk } = userKey(userId, connectionId);
    await this.#table.put({ pk: S(pk), sk: S(sk), expiresAt: N(expiresAt), ttl: ttlOf(expiresAt) });
  }

  /** Deletes a row that counts as absent, after everything that belongs to it. */
  async #clear(connectionId: ConnectionId, row: Item): Promise<void> {
    const userId = textOf(row['userId']) as UserId | undefined;
    await this.#memberships.forget(connectionId, [...channelsOf(row).keys()]);
    if (userId !== undefined) await this.#table.delete(userKey(userId, connectionId));
    await this.#table.delete(connectionKey(connectionId), {
      condition: '#expiresAt <= :now',
      values: { ':now': N(this.#now()) },
    });
  }

  #unexpired() {
    return { filter: '#expiresAt > :now', values: { ':now': N(this.#now()) } };
  }
}
