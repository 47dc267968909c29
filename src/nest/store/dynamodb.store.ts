import { ComposedStore } from './composed-store.js';
import { DynamoDbReservations } from './dynamodb/reservations.js';
import { DynamoDbConnections } from './dynamodb/connections.js';
import { DynamoDbLogs } from './dynamodb/logs.js';
import { MemberRows } from './dynamodb/member-rows.js';
import { DynamoDbMemberships } from './dynamodb/memberships.js';
import { DynamoDbShards } from './dynamodb/shards.js';
import { Table, type TableOptions } from './dynamodb/table.js';

export interface DynamoDbStoreOptions extends TableOptions {
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number;
  /** Members, or connections, per page. */
  readonly pageMembers?: number;
}

/**
 * State in one table of Amazon DynamoDB, for a service of many tasks.
 *
 * There are no transactions: one conditional write decides each method, and its other writes follow from that one. If a
 * task dies in between, repeating the call completes it; otherwise the rest disappears when the connection expires.
 * Until then, a member that has left may be listed, and a member may be counted that is not listed yet. No message is
 * lost.
 */
export class DynamoDbStore extends ComposedStore {
  readonly #table: Table;

  /**
   * @throws {ConfigError} the table does not exist, or has another schema
   * @throws {StoreUnavailableError} DynamoDB cannot be reached
   */
  static async connect(options: DynamoDbStoreOptions): Promise<DynamoDbStore> {
    return new DynamoDbStore(await Table.open(options), options);
  }

  private constructor(table: Table, { now = Date.now, pageMembers = 1000 }: DynamoDbStoreOptions) {
    const logs = new DynamoDbLogs(table, now);
    const memberRows = new MemberRows(table, logs, now, pageMembers);
    const memberships = new DynamoDbMemberships(table, memberRows, logs, now);
    super({
      connections: new DynamoDbConnections(table, memberships, now, pageMembers),
      memberships,
      logs,
      shards: new DynamoDbShards(table, now),
      reservations: new DynamoDbReservations(table, now),
    });
    this.#table = table;
  }

  /** Reads a row that does not exist. */
  async ping(): Promise<void> {
    await this.#table.get({ pk: 'ping', sk: '#' }, true);
  }

  async close(): Promise<void> {
    this.#table.close();
  }
}
