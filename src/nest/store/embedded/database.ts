import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EMPTY_LOG_MS, EPOCH_GAP } from '../log-store.js';
import { StoreFullError, StoreUnavailableError } from '../store.errors.js';
import { DATABASE_FILE } from './data-folder.js';
import { DiskRoom } from './disk-room.js';
import { migrate } from './schema.js';
import { prepare, type Statements } from './statements.js';
import { acknowledgedWrites, identityOf, WriteCount } from './write-count.js';

export interface EmbeddedDatabaseOptions {
  /** Folder of the file. */
  readonly dataDir: string;
  /** The clock, in milliseconds since 1970. */
  readonly now: () => number;
  /** Members, or connections, per page. */
  readonly pageSize: number;
  /** Free bytes of the disk; by default those that the operating system reports. */
  readonly freeBytes?: (() => number) | undefined;
  /** Logs what an operator should know. */
  readonly warn: (fields: object, message: string) => void;
}

/** The SQLite file: its statements, its transactions, and the removal of expired rows. */
export class EmbeddedDatabase {
  readonly statements: Statements;
  readonly now: () => number;
  readonly pageSize: number;
  readonly #database: DatabaseSync;
  readonly #room: DiskRoom;
  readonly #acknowledged: WriteCount;
  #mustCount = true;
  #writes = 0;

  /** @throws {Error} the file cannot be opened, or is of a newer Backchannel */
  constructor({ dataDir, now, pageSize, freeBytes, warn }: EmbeddedDatabaseOptions) {
    this.now = now;
    this.pageSize = pageSize;
    this.#room = new DiskRoom(dataDir, freeBytes);
    this.#database = new DatabaseSync(join(dataDir, DATABASE_FILE), { timeout: BUSY_TIMEOUT_MS });
    try {
      this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
      migrate(this.#database);
      this.statements = prepare(this.#database);
      // rows that expired while no process had the file open
      for (const removal of EXPIRED) this.statements[removal].run(now(), NO_LIMIT);
      this.#acknowledged = this.#resetIfOlder(dataDir, warn);
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
      if (error instanceof StoreUnavailableError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      const Unusable = isFull(error) ? StoreFullError : StoreUnavailableError;
      throw new Unusable(`The file of the embedded store cannot be used: ${reason}`, { cause: error });
    }
  }

  /**
   * As {@link attempt}, for work that makes the file larger.
   *
   * @throws {StoreFullError} there is too little room on the disk
   */
  grow<T>(work: () => T): T {
    this.attempt(() => this.#room.require());
    return this.attempt(work);
  }

  /** As {@link transaction}, for work that makes the file larger. @throws {StoreFullError} as {@link grow} does */
  growInTransaction<T>(work: () => T): T {
    return this.grow(() => this.transaction(work));
  }

  /**
   * Whether the next join or append must use {@link growCounted}: one in each turn of the event loop, because counting
   * writes another page, and no copy is made within a turn.
   */
  get mustCount(): boolean {
    return this.#mustCount;
  }

  /** As {@link growInTransaction}, and counts the write if it {@link mustCount}. See {@link WriteCount}. */
  growCounted<T>(work: () => T): T {
    if (!this.#mustCount) return this.growInTransaction(work);
    const result = this.growInTransaction(() => {
      this.statements.countWrite.run();
      return work();
    });
    this.#mustCount = false;
    setImmediate(() => (this.#mustCount = true));
    this.attempt(() => this.#acknowledged.increment());
    return result;
  }

  /** Begins a new epoch in every log, and removes everything else. */
  resetAfterLoss(): void {
    this.transaction(() => this.#reset());
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
      for (const removal of EXPIRED) this.statements[removal].run(now, limit);
      // their last use is known to the second
      this.statements.removeEmptyChannels.run(now - EMPTY_LOG_MS - 1000, limit);
      this.statements.removeUnusedChannels.run(now - UNUSED_CHANNEL_MS, limit);
    });
  }

  close(): void {
    if (!this.#database.isOpen) return;
    this.#database.close();
    this.#acknowledged.close();
  }

  #reset(): void {
    const { removeConnections, removeLogs, removeAppends, removeShards, removeReservations } =
      this.statements;
    // with the connections, their memberships
    for (const removal of [removeConnections, removeLogs, removeAppends, removeShards, removeReservations])
      removal.run();
    this.statements.beginEpochs.run(EPOCH_GAP);
  }

  #resetIfOlder(dataDir: string, warn: EmbeddedDatabaseOptions['warn']): WriteCount {
    return this.transaction(() => {
      const counted = this.statements.identity.get();
      const identity = identityOf(dataDir);
      const acknowledged = acknowledgedWrites(dataDir);
      const isCopy = counted?.['identity'] !== '' && counted?.['identity'] !== identity;
      if (isCopy || Number(counted?.['writes']) < acknowledged) {
        warn(
          { isCopy, writes: counted?.['writes'], acknowledged },
          'the file of the embedded store is a copy or has lost writes: all logs begin new epochs',
        );
        this.#reset();
      }
      this.statements.setIdentity.run(identity);
      return new WriteCount(dataDir, Number(this.statements.identity.get()?.['writes']));
    });
  }
}

/** Whether an error of SQLite says that the disk is full. @see https://sqlite.org/rescode.html#full */
const isFull = (error: unknown) => ((error as { errcode?: number }).errcode ?? 0) % 256 === 13;

const EXPIRED = [
  'removeExpiredConnections',
  'removeExpiredLog',
  'removeExpiredAppends',
  'removeExpiredReservations',
] as const;

/** How long a write waits for another process that has locked the file, such as a backup. */
const BUSY_TIMEOUT_MS = 2000;

const REMOVE_AFTER_WRITES = 64;

/** SQLite reads a negative `LIMIT` as none. */
const NO_LIMIT = -1;

/** A channel without a publish for this long begins a new log. Longer than any log is kept. */
const UNUSED_CHANNEL_MS = 30 * 86_400_000;
