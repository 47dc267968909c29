import { ConfigError } from '../config/config.errors.js';
import { explainFileError, makeFolder } from './embedded/data-folder.js';
import { EmbeddedConnectionStore } from './embedded/connection-store.js';
import { EmbeddedDatabase } from './embedded/database.js';
import { EmbeddedLogStore } from './embedded/log-store.js';
import { EmbeddedMembershipStore } from './embedded/membership-store.js';
import { EmbeddedReservationStore } from './embedded/reservation-store.js';
import { EmbeddedShardStore } from './embedded/shard-store.js';
import { type StoreClock } from './store-clock.js';
import { Store } from './store.js';

export interface EmbeddedStoreOptions {
  /** Folder of the file; created when it is missing. */
  readonly dataDir: string;
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number;
  /** Members, or connections, per page. */
  readonly pageMembers?: number;
  /** Free bytes of the disk; by default those that the operating system reports. */
  readonly freeBytes?: () => number;
  /** Logs what an operator should know. */
  readonly warn?: (fields: object, message: string) => void;
}

/**
 * State in one SQLite file, for a service of one process; several processes on one machine may share it. A write
 * survives the end of the process, however it ends. A power failure may lose the latest writes (`synchronous=NORMAL`).
 * At its start, the store notices if the file has lost writes, or is a copy: then it resets itself.
 *
 * SQLite runs on this thread and takes microseconds, so that the methods are asynchronous in their signature only.
 */
export class EmbeddedStore extends Store {
  readonly connections: EmbeddedConnectionStore;
  readonly memberships: EmbeddedMembershipStore;
  readonly logs: EmbeddedLogStore;
  readonly shards: EmbeddedShardStore;
  readonly reservations: EmbeddedReservationStore;
  readonly clock: StoreClock;
  readonly #database: EmbeddedDatabase;

  /** @throws {ConfigError} the folder or the file in it cannot be used */
  static open(options: EmbeddedStoreOptions): EmbeddedStore {
    try {
      makeFolder(options.dataDir);
      return new EmbeddedStore(options);
    } catch (error) {
      throw new ConfigError(
        [`DATA_DIR=${options.dataDir}: the store cannot be opened: ${explainFileError(error)}`],
        { cause: error },
      );
    }
  }

  private constructor(options: EmbeddedStoreOptions) {
    super();
    const { dataDir, now = Date.now, pageMembers = 1000, freeBytes, warn = () => {} } = options;
    const database = new EmbeddedDatabase({ dataDir, now, pageSize: pageMembers, freeBytes, warn });
    this.clock = { now };
    this.logs = new EmbeddedLogStore(database);
    this.connections = new EmbeddedConnectionStore(database);
    this.memberships = new EmbeddedMembershipStore(database, this.logs);
    this.shards = new EmbeddedShardStore(database);
    this.reservations = new EmbeddedReservationStore(database);
    this.#database = database;
  }

  async probe(): Promise<void> {
    this.#database.grow(() => this.#database.statements.probe.run(this.#database.now()));
  }

  async resetAfterLoss(): Promise<void> {
    this.#database.resetAfterLoss();
  }

  async close(): Promise<void> {
    this.#database.close();
  }
}
