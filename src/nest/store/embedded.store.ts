import { ConfigError } from '../config/config.errors.js';
import { explainFileError, makeFolder } from './embedded/data-folder.js';
import { EmbeddedConnectionStore } from './embedded/connection-store.js';
import { EmbeddedDatabase } from './embedded/database.js';
import { EmbeddedLogStore } from './embedded/log-store.js';
import { EmbeddedMembershipStore } from './embedded/membership-store.js';
import { EmbeddedReservationStore } from './embedded/reservation-store.js';
import { EmbeddedShardStore } from './embedded/shard-store.js';
import { Store } from './store.js';

export interface EmbeddedStoreOptions {
  /** Folder of the file; created when it is missing. */
  readonly dataDir: string;
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number;
  /** Members, or connections, per page. */
  readonly pageMembers?: number;
}

/**
 * State in one SQLite file, for a service of one process; several processes on one machine may share it. A write
 * survives the end of the process, however it ends. A power failure may lose the latest writes (`synchronous=NORMAL`).
 *
 * SQLite runs on this thread and takes microseconds, so that the methods are asynchronous in their signature only.
 */
export class EmbeddedStore extends Store {
  readonly connections: EmbeddedConnectionStore;
  readonly memberships: EmbeddedMembershipStore;
  readonly logs: EmbeddedLogStore;
  readonly shards: EmbeddedShardStore;
  readonly reservations: EmbeddedReservationStore;
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

  private constructor({ dataDir, now = Date.now, pageMembers = 1000 }: EmbeddedStoreOptions) {
    super();
    const database = new EmbeddedDatabase({ dataDir, now, pageSize: pageMembers });
    this.logs = new EmbeddedLogStore(database);
    this.connections = new EmbeddedConnectionStore(database);
    this.memberships = new EmbeddedMembershipStore(database, this.logs);
    this.shards = new EmbeddedShardStore(database);
    this.reservations = new EmbeddedReservationStore(database);
    this.#database = database;
  }

  async ping(): Promise<void> {
    this.#database.attempt(() => this.#database.statements.ping.get());
  }

  async close(): Promise<void> {
    this.#database.close();
  }
}
