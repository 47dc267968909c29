import { randomUUID } from 'node:crypto';
import { type ConnectionId, type UserId } from '../../../api/integration.js';
import { type ChannelName } from '../../../api/messages.js';
import { FIRST_PAGE, readConnectionPage } from '../connection-page.js';
import {
  type Connection,
  type ConnectionPage,
  ConnectionStore,
  type NewConnection,
} from '../connection-store.js';
import { type Item, N, S, textOf, ttlOf } from './attributes.js';
import {
  channelsOf,
  CONNECTION_PARTITIONS,
  connectionKey,
  firstMembership,
  IS_THERE,
  isThere,
  noChannels,
  optionalUpdate,
  thereAt,
  toConnection,
  userKey,
  userPartition,
} from './connection-rows.js';
import { type DynamoDbMembershipStore } from './membership-store.js';
import { inPages } from './pages.js';
import { IS_OF_OTHER_TABLE } from './table-id.js';
import { type Table } from './table.js';

/**
 * Connections: one row each, which also contains the channels, and a user row that refers to it.
 *
 * @see connection-rows.ts for the rows
 */
export class DynamoDbConnectionStore extends ConnectionStore {
  readonly #table: Table;
  readonly #memberships: DynamoDbMembershipStore;
  readonly #now: () => number;
  readonly #pageSize: number;

  constructor(table: Table, memberships: DynamoDbMembershipStore, now: () => number, pageSize: number) {
    super();
    this.#table = table;
    this.#memberships = memberships;
    this.#now = now;
    this.#pageSize = pageSize;
  }

  async putConnection(connection: NewConnection): Promise<void> {
    const { connectionId, userId, connectedAt, expiresAt } = connection;
    if (userId !== undefined) await this.#putUserRow(userId, connection);
    const optional = optionalUpdate(connection);
    const now = this.#now();
    for (;;) {
      const before = await this.#table.update(
        connectionKey(connectionId),
        `SET #connectedAt = :connectedAt, #expiresAt = :expiresAt, #ttl = :ttl, #lastActiveAt = :now, #tableId = :tableId,
          #channels = if_not_exists(#channels, :noChannels), #joins = if_not_exists(#joins, :firstMembership)${optional.update}`,
        {
          condition: `attribute_not_exists(#pk) OR ${IS_THERE}`,
          values: {
            ...optional.values,
            ':connectedAt': N(connectedAt),
            ':expiresAt': N(expiresAt),
            ':ttl': ttlOf(expiresAt),
            ...thereAt(now, this.#table.id),
            ':noChannels': noChannels,
            ':firstMembership': firstMembership(now),
          },
          returns: 'ALL_OLD',
        },
      );
      if (before !== 'refused') return this.#memberships.refresh(connection, channelsOf(before));
      // an expired or restored connection, or one whose removal was interrupted, must not pass on its channels
      const former = await this.#table.get(connectionKey(connectionId));
      if (former && !isThere(former, now, this.#table.id)) {
        // not by `forget`: another task may have put the connection in the meantime, and it may have joined again
        await this.#memberships.end(connectionId, channelsOf(former));
        await this.#delete(connectionId, former, userId);
      }
    }
  }

  async touchConnection(connectionId: ConnectionId): Promise<Connection | undefined> {
    const now = this.#now();
    const row = await this.#table.update(connectionKey(connectionId), 'SET #lastActiveAt = :now', {
      condition: IS_THERE,
      values: thereAt(now, this.#table.id),
      returns: 'ALL_NEW',
    });
    return row === 'refused' ? undefined : toConnection(row, now, this.#table.id);
  }

  async getConnection(connectionId: ConnectionId): Promise<Connection | undefined> {
    return toConnection(await this.#table.get(connectionKey(connectionId)), this.#now(), this.#table.id);
  }

  /**
   * Marks the connection as absent, then deletes the rows that belong to it, and its own row last. Another call
   * completes an interrupted removal.
   */
  async removeConnection(connectionId: ConnectionId): Promise<readonly ChannelName[] | undefined> {
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
    // the row has our token if an earlier attempt succeeded and its response was lost
    const wasThere = isThere(before, now, this.#table.id) || textOf(before['removedBy']) === token;
    await this.#memberships.forget(connectionId, [...channelsOf(before).keys()]);
    await this.#delete(connectionId, before);
    return wasThere ? [...channelsOf(before).keys()] : undefined;
  }

  async *connectionsOf(userId: UserId): AsyncIterable<readonly Connection[]> {
    yield* inPages(this.#foundByUser(userId), this.#pageSize);
  }

  async *idleConnections(idleSince: number): AsyncIterable<readonly Connection[]> {
    yield* inPages(this.#idle(idleSince), this.#pageSize);
  }

  connectionPage(limit: number, after = FIRST_PAGE): Promise<ConnectionPage> {
    return readConnectionPage(
      CONNECTION_PARTITIONS.length,
      limit,
      after,
      async (partition, afterId, atMost) => {
        const rows = await this.#rowsAfter(CONNECTION_PARTITIONS[partition]!, afterId, atMost);
        const now = this.#now();
        return {
          ids: rows.map((row) => row['sk']?.S ?? ''),
          connections: rows
            .map((row) => toConnection(row, now, this.#table.id))
            .filter((connection) => connection !== undefined),
        };
      },
    );
  }

  /** Reads the rows of all connections. */
  async counts(): Promise<{ readonly connections: number; readonly channels: number }> {
    const channels = new Set<ChannelName>();
    const ofPartitions = CONNECTION_PARTITIONS.map(async (pk) => {
      let connections = 0;
      for await (const rows of this.#table.query({ pk, only: '#channels', ...this.#thereNow() })) {
        connections += rows.length;
        for (const row of rows) for (const channel of channelsOf(row).keys()) channels.add(channel);
      }
      return connections;
    });
    const connections = (await Promise.all(ofPartitions)).reduce((sum, count) => sum + count, 0);
    return { connections, channels: channels.size };
  }

  async *#foundByUser(userId: UserId): AsyncIterable<readonly Connection[]> {
    const userRows = this.#table.query({
      pk: userPartition(userId),
      only: '#sk',
      limit: this.#pageSize,
      filter: '#expiresAt > :now',
      values: { ':now': N(this.#now()) },
    });
    for await (const rows of userRows) {
      const keys = rows.map((row) => connectionKey(row['sk']?.S as ConnectionId));
      const now = this.#now();
      const connections = (await this.#table.getMany(keys)).map((row) =>
        toConnection(row, now, this.#table.id),
      );
      yield connections
        .filter((connection) => connection !== undefined)
        .filter((known) => known.userId === userId);
    }
  }

  /** Also completes removals that were interrupted that long ago: nothing else need ever read those rows. */
  async *#idle(idleSince: number): AsyncIterable<readonly Connection[]> {
    const { filter, values } = this.#thereNow();
    for (const pk of CONNECTION_PARTITIONS) {
      const idle = this.#table.query({
        pk,
        filter: `(${filter} OR attribute_exists(#removedBy)) AND #lastActiveAt < :idleSince`,
        values: { ...values, ':idleSince': N(idleSince) },
      });
      for await (const rows of idle) {
        const now = this.#now();
        for (const row of rows) {
          if (row['removedBy'] !== undefined) await this.removeConnection(row['sk']?.S as ConnectionId);
        }
        yield rows
          .map((row) => toConnection(row, now, this.#table.id))
          .filter((connection) => connection !== undefined);
      }
    }
  }

  async #rowsAfter(pk: string, afterId: string, atMost: number): Promise<readonly Item[]> {
    // a sort key in a condition cannot be empty
    const range = afterId === '' ? {} : { range: '#sk > :after', values: { ':after': S(afterId) } };
    const found: Item[] = [];
    for await (const rows of this.#table.query({ pk, ...range, limit: atMost })) {
      found.push(...rows);
      if (found.length >= atMost) break;
    }
    return found.slice(0, atMost);
  }

  /** Written before the connection, because a user row without a connection is harmless and the reverse is not. */
  async #putUserRow(userId: UserId, { connectionId, expiresAt }: NewConnection): Promise<void> {
    const { pk, sk } = userKey(userId, connectionId);
    await this.#table.put({ pk: S(pk), sk: S(sk), expiresAt: N(expiresAt), ttl: ttlOf(expiresAt) });
  }

  /**
   * Deletes the rows of an absent connection that has no member rows; its own row last.
   *
   * @param nextUser the user of the connection that replaces it, and whose user row stays
   */
  async #delete(connectionId: ConnectionId, row: Item, nextUser?: UserId): Promise<void> {
    const userId = textOf(row['userId']) as UserId | undefined;
    if (userId !== undefined && userId !== nextUser) await this.#table.delete(userKey(userId, connectionId));
    await this.#table.delete(connectionKey(connectionId), {
      condition: `#expiresAt <= :now OR ${IS_OF_OTHER_TABLE}`,
      values: thereAt(this.#now(), this.#table.id),
    });
  }

  #thereNow() {
    return { filter: IS_THERE, values: thereAt(this.#now(), this.#table.id) };
  }
}
