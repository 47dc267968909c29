import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ConnectionId, type UserId } from '../../../api/integration.js';
import { type ChannelName } from '../../../api/messages.js';
import {
  type Connection,
  type ConnectionPage,
  ConnectionStore,
  type NewConnection,
} from '../connection-store.js';
import { FIRST_PAGE, readConnectionPage } from '../connection-page.js';
import { StoreFullError } from '../store.errors.js';
import { type EmbeddedDatabase } from './database.js';
import { hadNotExpired, toConnection } from './rows.js';

export class EmbeddedConnectionStore extends ConnectionStore {
  readonly #database: EmbeddedDatabase;
  #touches: Touch[] = [];

  constructor(database: EmbeddedDatabase) {
    super();
    this.#database = database;
  }

  async putConnection(connection: NewConnection): Promise<void> {
    const { statements } = this.#database;
    const { connectionId, userId = null, isBatched = false, session = null } = connection;
    const { connectedAt, expiresAt } = connection;
    const now = this.#database.now();
    const owner = [connectionId, userId, Number(isBatched), session] as const;
    const put = () => statements.putConnection.run(...owner, connectedAt, expiresAt, now).changes === 1;
    if (this.#database.grow(put)) return this.#database.removeExpired();
    // an expired row of the same id is there, whose memberships must not be inherited
    this.#database.growInTransaction(() => {
      statements.removeExpired.run(connectionId, now);
      put();
    });
  }

  /**
   * Collects the calls of one turn of the event loop: each message touches, and a commit costs more than its update.
   */
  touchConnection(connectionId: ConnectionId): Promise<Connection | undefined> {
    return new Promise((resolve, reject) => {
      this.#touches.push({ connectionId, resolve, reject });
      if (this.#touches.length === 1) setImmediate(() => this.#touchAll());
    });
  }

  async getConnection(connectionId: ConnectionId): Promise<Connection | undefined> {
    return this.#database.attempt(() => {
      const row = this.#database.statements.getConnection.get(connectionId, this.#database.now());
      return row && toConnection(row);
    });
  }

  async removeConnection(connectionId: ConnectionId): Promise<readonly ChannelName[] | undefined> {
    const { statements } = this.#database;
    const now = this.#database.now();
    return this.#database.transaction(() => {
      const channels = statements.channelsOf.all(connectionId);
      if (channels.length > 0) statements.keepEmptyLogsOf.run({ now, connectionId });
      const wasThere = hadNotExpired(statements.removeConnection.get(connectionId), now);
      return wasThere ? channels.map(({ channel }) => channel as ChannelName) : undefined;
    });
  }

  async *connectionsOf(userId: UserId): AsyncIterable<readonly Connection[]> {
    const { statements, now, pageSize } = this.#database;
    let after = '';
    for (;;) {
      const rows = this.#database.attempt(() => statements.connectionsOf.all(userId, after, now(), pageSize));
      const page = rows.map(toConnection);
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      after = last.connectionId;
    }
  }

  async *idleConnections(idleSince: number): AsyncIterable<readonly Connection[]> {
    const { statements, now, pageSize } = this.#database;
    let after = '';
    for (;;) {
      const rows = this.#database.attempt(() => statements.connections.all(after, pageSize));
      const page = rows.map(toConnection);
      const last = page.at(-1);
      if (last === undefined) return;
      const idle = page.filter(
        ({ lastActiveAt, expiresAt }) => lastActiveAt < idleSince && expiresAt > now(),
      );
      if (idle.length > 0) yield idle;
      after = last.connectionId;
      // reads all connections on the thread that serves requests, so that it yields after each page
      await nextTurn();
    }
  }

  connectionPage(limit: number, after = FIRST_PAGE): Promise<ConnectionPage> {
    const { statements, now } = this.#database;
    return readConnectionPage(1, limit, after, async (_, afterId, atMost) => {
      const read = this.#database
        .attempt(() => statements.connections.all(afterId, atMost))
        .map(toConnection);
      return {
        ids: read.map(({ connectionId }) => connectionId),
        connections: read.filter(({ expiresAt }) => expiresAt > now()),
      };
    });
  }

  /** In slices of about a millisecond, because this thread serves requests. */
  async counts(): Promise<{ readonly connections: number; readonly channels: number }> {
    return { connections: await this.#countConnections(), channels: await this.#countChannels() };
  }

  async #countConnections(): Promise<number> {
    const { statements, now } = this.#database;
    let count = 0;
    for (let last: unknown = ''; ; await nextTurn()) {
      const slice = this.#database.attempt(() =>
        statements.countConnections.get({ after: last as string, now: now(), limit: COUNT_CONNECTIONS }),
      );
      count += Number(slice?.['count']);
      last = slice?.['last'];
      if (last === null) return count;
    }
  }

  async #countChannels(): Promise<number> {
    const { statements, now } = this.#database;
    let count = 0;
    for (let last: unknown = ''; ; await nextTurn()) {
      const slice = this.#database.attempt(() =>
        statements.channelsAfter.all({ after: last as string, now: now(), limit: COUNT_CHANNELS }),
      );
      count += slice.filter(({ hasMembers }) => hasMembers === 1).length;
      if (slice.length === 0) return count;
      last = slice.at(-1)?.['channel'];
    }
  }

  #touchAll(): void {
    const touches = this.#touches;
    this.#touches = [];
    try {
      const rows = this.#touched(touches.map(({ connectionId }) => connectionId));
      const byId = new Map(rows.map((row) => [row['connectionId'], row]));
      for (const { connectionId, resolve } of touches) {
        const row = byId.get(connectionId);
        resolve(row && toConnection(row));
      }
    } catch (error) {
      for (const { reject } of touches) reject(error as Error);
    }
  }

  #touched(connectionIds: readonly ConnectionId[]): readonly Record<string, unknown>[] {
    const { statements } = this.#database;
    const now = this.#database.now();
    try {
      return this.#database.attempt(() =>
        statements.touchConnections.all({ now, connectionIds: JSON.stringify(connectionIds) }),
      );
    } catch (error) {
      if (!(error instanceof StoreFullError)) throw error;
      // known all the same; that it was active is not recorded
      return this.#database.attempt(() =>
        connectionIds
          .map((connectionId) => statements.getConnection.get(connectionId, now))
          .filter((row) => row !== undefined),
      );
    }
  }
}

/** Connections, and channels, per slice of a count. */
const COUNT_CONNECTIONS = 5000;
const COUNT_CHANNELS = 500;

interface Touch {
  readonly connectionId: ConnectionId;
  readonly resolve: (connection: Connection | undefined) => void;
  readonly reject: (error: Error) => void;
}
