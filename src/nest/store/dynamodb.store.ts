import { DynamoDbConnectionStore } from './dynamodb/connection-store.js';
import { DynamoDbLogStore } from './dynamodb/log-store.js';
import { MemberRows } from './dynamodb/member-rows.js';
import { DynamoDbMembershipStore } from './dynamodb/membership-store.js';
import { ttlOf } from './dynamodb/attributes.js';
import { DynamoDbReservationStore } from './dynamodb/reservation-store.js';
import { resetTable } from './dynamodb/reset-table.js';
import { DynamoDbShardStore } from './dynamodb/shard-store.js';
import { type TableOptions } from './dynamodb/table-requests.js';
import { Table } from './dynamodb/table.js';
import { type StoreClock } from './store-clock.js';
import { Store } from './store.js';

export interface DynamoDbStoreOptions extends TableOptions {
  /** In place of DynamoDB's time; in milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
  /** Members, or connections, per page. */
  readonly pageMembers?: number;
}

/**
 * State in one table of Amazon DynamoDB, for a service of many tasks.
 *
 * There are no transactions: one conditional write decides each method, and its other writes follow from that one. If a
 * task dies in between, the next call for the same connection completes it, or the next reader of the members, or the
 * sweep. A leave that is not repeated is completed by the next message to the channel after the connection is gone. Until
 * then, a member that has left may be listed, and a member may be counted that is not listed yet. No message is lost.
 */
export class DynamoDbStore extends Store {
  readonly connections: DynamoDbConnectionStore;
  readonly memberships: DynamoDbMembershipStore;
  readonly logs: DynamoDbLogStore;
  readonly shards: DynamoDbShardStore;
  readonly reservations: DynamoDbReservationStore;
  readonly clock: StoreClock;
  readonly #table: Table;

  /**
   * @throws {ConfigError} the table does not exist, or has another schema
   * @throws {StoreUnavailableError} DynamoDB cannot be reached
   */
  static async connect(options: DynamoDbStoreOptions): Promise<DynamoDbStore> {
    return new DynamoDbStore(await Table.open(options), options);
  }

  private constructor(table: Table, options: DynamoDbStoreOptions) {
    super();
    const { pageMembers = 1000 } = options;
    this.clock = options.now ? { now: options.now } : table.clock;
    const now = () => this.clock.now();
    this.logs = new DynamoDbLogStore(table, now);
    const memberRows = new MemberRows(table, this.logs, now, pageMembers);
    this.memberships = new DynamoDbMembershipStore(table, memberRows, this.logs, now);
    this.connections = new DynamoDbConnectionStore(table, this.memberships, now, pageMembers);
    this.shards = new DynamoDbShardStore(table, now);
    this.reservations = new DynamoDbReservationStore(table, now);
    this.#table = table;
  }

  async probe(): Promise<void> {
    await this.#table.update({ pk: 'probe', sk: '#' }, 'SET #ttl = :ttl', {
      values: { ':ttl': ttlOf(this.clock.now() + PROBE_KEPT_MS) },
    });
  }

  async resetAfterLoss(): Promise<void> {
    await resetTable(this.#table, this.logs);
  }

  async close(): Promise<void> {
    this.#table.close();
  }
}

/** The probe's row is deleted once no task probes. */
const PROBE_KEPT_MS = 3_600_000;
