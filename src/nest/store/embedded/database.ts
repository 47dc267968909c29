import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreUnavailableError } from '../store.errors.js';
import { migrate } from './schema.js';
import { prepare, type Statements } from './statements.js';

export interface EmbeddedDatabaseOptions {
  /** Folder of the file. */
  readonly dataDir: string;
  /** The clock, in milliseconds since 1970. */
  readonly now: () => number;
  /** Members, or connections, per page. */
  readonly pageSize: number;
}

/** The SQLite file: its statements, its transactions, and the removal of expired rows. */
export class EmbeddedDatabase {
  readonly statements: Statements;
  readonly now: () => number;
  readonly pageSize: number;
  readonly #database: DatabaseSync;
  #writes = 0;

  /** @throws {Error} the file cannot be opened, or is of a newer Backchannel */
  constructor({ dataDir, now, pageSize }: EmbeddedDatabaseOptions) {
    this.now = now;
    this.pageSize = pageSize;
    this.#database = new DatabaseSync(join(dataDir, 'backchannel.sqlite'), { timeout: BUSY_TIMEOUT_MS });
    try {
      this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
      migrate(this.#database);
      this.statements = prepare(this.#database);
      // rows that expired while no process had the file open
      const removals = ['removeExpiredConnections', 'removeExpiredLog', 'removeExpiredReservations'] as const;
      for (const removal of removals) this.statements[removal].run(now(), NO_LIMIT);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** @throws {StoreUnavailableError} the file is closed, full, or locked by another process for too long */
  attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StoreUnavailableError(`The file of the embedded store cannot be used: ${reason}`, {
        cause: error,
      });
    }
  }

  /** @throws as {@link attempt} does; nothing is written then */
  transaction<T>(work: () => T): T {
    return this.attempt(() => {
      this.statements.begin.run();
      try {
        const result = work();
        this.statements.commit.run();
        return result;
      } catch (error) {
        if (this.#database.isTransaction) this.statements.rollback.run();
        throw error;
      }
    });
  }

  /** Removes some expired rows at every 64th call: more of them than the calls in between can have added. */
  removeExpired(): void {
    this.#writes += 1;
    if (this.#writes % REMOVE_AFTER_WRITES !== 0) return;
    const now = this.now();
    const limit = 2 * REMOVE_AFTER_WRITES;
    this.attempt(() => {
      this.statements.removeExpiredConnections.run(now, limit);
      this.statements.removeExpiredLog.run(now, limit);
      this.statements.removeExpiredReservations.run(now, limit);
      this.statements.removeUnusedChannels.run(now - UNUSED_CHANNEL_MS, limit);
    });
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

/** How long a write waits for another process that has locked the file, such as a backup. */
const BUSY_TIMEOUT_MS = 2000;

const REMOVE_AFTER_WRITES = 64;

/** SQLite reads a negative `LIMIT` as none. */
const NO_LIMIT = -1;

/** A channel without a publish for this long begins a new log. Longer than any log is kept. */
const UNUSED_CHANNEL_MS = 30 * 86_400_000;
