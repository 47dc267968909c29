import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ConnectionId, type UserId } from '../../../api/integration.js';
import { type ChannelName } from '../../../api/messages.js';
import { type Connection, ConnectionStore, type NewConnection } from '../connection-store.js';
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
    const { connectionId, userId = null, isBatched = false, connectedAt, expiresAt } = connection;
    const now = this.#database.now();
    const put = () =>
      statements.putConnection.run(connectionId, userId, Number(isBatched), connectedAt, expiresAt, now)
        .changes === 1;
    if (this.#database.attempt(put)) return this.#database.removeExpired();
    // an expired row of the same id is there, whose memberships must not be inherited
    this.#database.transaction(() => {
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
    return this.#database.transaction(() => {
      const channels = statements.channelsOf.all(connectionId);
      const wasThere = hadNotExpired(statements.removeConnection.get(connectionId), this.#database.now());
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

  async counts(): Promise<{ readonly connections: number; readonly channels: number }> {
    return this.#database.attempt(() => {
      const row = this.#database.statements.counts.get({ ':now': this.#database.now() });
      return { connections: Number(row?.['connections']), channels: Number(row?.['channels']) };
    });
  }

  #touchAll(): void {
    const touches = this.#touches;
    this.#touches = [];
    const ids = JSON.stringify(touches.map(({ connectionId }) => connectionId));
    try {
      const rows = this.#database.attempt(() =>
        this.#database.statements.touchConnections.all(this.#database.now(), ids),
      );
      const byId = new Map(rows.map((row) => [row['connectionId'], row]));
      for (const { connectionId, resolve } of touches) {
        const row = byId.get(connectionId);
        resolve(row && toConnection(row));
      }
    } catch (error) {
      for (const { reject } of touches) reject(error as Error);
    }
  }
}

interface Touch {
  readonly connectionId: ConnectionId;
  readonly resolve: (connection: Connection | undefined) => void;
  readonly reject: (error: Error) => void;
}
