import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type ConnectionId, type UserId } from '../../api/integration.js';
import { type ChannelName } from '../../api/messages.js';
import { ConfigError } from '../config.js';
import { type Connection, type Member, type NewConnection, Store } from './store.js';

export interface EmbeddedStoreOptions {
  /** Folder of the file; made when it is missing. */
  readonly dataDir: string;
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number;
  /** Members read at once. */
  readonly pageMembers?: number;
}

/**
 * State in one SQLite file, for a service that is one process. What has been written outlives the process, however it
 * ends; when the machine loses power, the last moments before may be lost (`synchronous=NORMAL`).
 *
 * SQLite answers in microseconds and on this thread, so the methods are asynchronous in their signature only.
 */
export class EmbeddedStore extends Store {
  readonly #database: DatabaseSync;
  readonly #now: () => number;
  readonly #pageMembers: number;
  readonly #statements: Record<keyof typeof STATEMENTS, StatementSync>;

  /** @throws {ConfigError} when the folder or the file in it cannot be used */
  static open(options: EmbeddedStoreOptions): EmbeddedStore {
    try {
      mkdirSync(options.dataDir, { recursive: true });
      return new EmbeddedStore(options);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ConfigError([`DATA_DIR=${options.dataDir}: the store cannot be opened: ${reason}`], {
        cause: error,
      });
    }
  }

  private constructor({ dataDir, now = Date.now, pageMembers = 1000 }: EmbeddedStoreOptions) {
    super();
    this.#now = now;
    this.#pageMembers = pageMembers;
    this.#database = new DatabaseSync(join(dataDir, 'backchannel.sqlite'), { timeout: BUSY_TIMEOUT_MS });
    try {
      this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
      migrate(this.#database);
      this.#statements = prepare(this.#database);
      this.#statements.sweep.run(now());
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  async putConnection({ connectionId, userId, connectedAt, expiresAt }: NewConnection): Promise<void> {
    const now = this.#now();
    // an expired one must not hand its channels on
    this.#statements.removeExpired.run(connectionId, now);
    this.#statements.putConnection.run(connectionId, userId ?? null, connectedAt, expiresAt, now);
  }

  async touchConnection(connectionId: ConnectionId): Promise<Connection | undefined> {
    const now = this.#now();
    return toConnection(this.#statements.touchConnection.get(now, connectionId, now));
  }

  async getConnection(connectionId: ConnectionId): Promise<Connection | undefined> {
    return toConnection(this.#statements.getConnection.get(connectionId, this.#now()));
  }

  async removeConnection(connectionId: ConnectionId): Promise<boolean> {
    return this.#wasThere(this.#statements.removeConnection.get(connectionId));
  }

  async join(channel: ChannelName, connectionId: ConnectionId): Promise<boolean> {
    const now = this.#now();
    return this.#statements.join.run(channel, now, connectionId, now).changes === 1;
  }

  async leave(channel: ChannelName, connectionId: ConnectionId): Promise<boolean> {
    return this.#wasThere(this.#statements.leave.get(channel, connectionId));
  }

  async isMember(channel: ChannelName, connectionId: ConnectionId): Promise<boolean> {
    return this.#statements.isMember.get(channel, connectionId, this.#now()) !== undefined;
  }

  async countMembers(channel: ChannelName): Promise<number> {
    return Number(this.#statements.countMembers.get(channel, this.#now())?.['count']);
  }

  async *members(channel: ChannelName): AsyncIterable<readonly Member[]> {
    let after = '';
    for (;;) {
      const page = this.#statements.members.all(
        channel,
        after,
        this.#now(),
        this.#pageMembers,
      ) as unknown as Stored<Member>[];
      const last = page.at(-1);
      if (last === undefined) return;
      yield page.map(withoutNull);
      after = last.connectionId;
    }
  }

  async ping(): Promise<void> {
    this.#statements.ping.get();
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  /** Of a row that was deleted just now: whether it still counted. */
  #wasThere(deleted: Record<string, unknown> | undefined): boolean {
    return deleted !== undefined && Number(deleted['expiresAt']) > this.#now();
  }
}

/** A row as SQLite gives it. */
type Stored<T extends { readonly userId?: UserId | undefined }> = Omit<T, 'userId'> & {
  readonly userId: UserId | null;
};

function toConnection(row: Record<string, unknown> | undefined): Connection | undefined {
  return row && withoutNull(row as unknown as Stored<Connection>);
}

function withoutNull<T extends { readonly userId: UserId | null }>({ userId, ...rest }: T) {
  return userId === null ? rest : { userId, ...rest };
}

/** How long a write waits for another process that has the file open, a backup for example. */
const BUSY_TIMEOUT_MS = 2000;

/** The steps from one schema to the next. The file's `user_version` is the number of those done. */
const MIGRATIONS = [
  `CREATE TABLE connections (
     connection_id  TEXT PRIMARY KEY,
     connected_at   INTEGER NOT NULL,
     last_active_at INTEGER NOT NULL,
     expires_at     INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX connections_by_expiry ON connections (expires_at);
   CREATE TABLE members (
     channel        TEXT NOT NULL,
     connection_id  TEXT NOT NULL REFERENCES connections ON DELETE CASCADE,
     joined_at      INTEGER NOT NULL,
     PRIMARY KEY (channel, connection_id)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX members_by_connection ON members (connection_id);`,
  'ALTER TABLE connections ADD COLUMN user_id TEXT',
];

function migrate(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > MIGRATIONS.length) {
    throw new Error(
      `its file has schema ${version}, of a newer Backchannel; this one knows schemas up to ${MIGRATIONS.length}`,
    );
  }
  for (const step of MIGRATIONS.slice(version)) database.exec(step);
  database.exec(`PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`);
}

const CONNECTION = `connection_id AS connectionId, user_id AS userId, connected_at AS connectedAt,
  expires_at AS expiresAt, last_active_at AS lastActiveAt`;

const STATEMENTS = {
  sweep: 'DELETE FROM connections WHERE expires_at <= ?',
  removeExpired: 'DELETE FROM connections WHERE connection_id = ? AND expires_at <= ?',
  putConnection: `
    INSERT INTO connections (connection_id, user_id, connected_at, expires_at, last_active_at)
    VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET
      user_id = excluded.user_id,
      connected_at = excluded.connected_at,
      expires_at = excluded.expires_at,
      last_active_at = excluded.last_active_at`,
  touchConnection: `
    UPDATE connections SET last_active_at = ? WHERE connection_id = ? AND expires_at > ?
    RETURNING ${CONNECTION}`,
  getConnection: `SELECT ${CONNECTION} FROM connections WHERE connection_id = ? AND expires_at > ?`,
  removeConnection: 'DELETE FROM connections WHERE connection_id = ? RETURNING expires_at AS expiresAt',
  join: `
    INSERT INTO members (channel, connection_id, joined_at)
    SELECT ?, connection_id, ? FROM connections WHERE connection_id = ? AND expires_at > ?
    ON CONFLICT DO NOTHING`,
  leave: `
    DELETE FROM members WHERE channel = ? AND connection_id = ?
    RETURNING (SELECT expires_at FROM connections WHERE connection_id = members.connection_id) AS expiresAt`,
  isMember: `
    SELECT 1 FROM members JOIN connections USING (connection_id)
    WHERE channel = ? AND connection_id = ? AND expires_at > ?`,
  countMembers: `
    SELECT count(*) AS count FROM members JOIN connections USING (connection_id)
    WHERE channel = ? AND expires_at > ?`,
  // keyset pagination: a page starts behind the last member of the one before, so nobody is skipped when some leave
  members: `
    SELECT connection_id AS connectionId, user_id AS userId, joined_at AS joinedAt
    FROM members JOIN connections USING (connection_id)
    WHERE channel = ? AND members.connection_id > ? AND expires_at > ?
    ORDER BY members.connection_id LIMIT ?`,
  ping: 'SELECT 1 FROM connections LIMIT 1',
} as const;

function prepare(database: DatabaseSync): Record<keyof typeof STATEMENTS, StatementSync> {
  const prepared = Object.entries(STATEMENTS).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(prepared) as Record<keyof typeof STATEMENTS, StatementSync>;
}
