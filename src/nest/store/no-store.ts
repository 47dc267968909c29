import { type ConnectionId } from '../../api/integration.js';
import { type Connection, ConnectionStore } from './connection-store.js';
import { type LogStore } from './log-store.js';
import { type MembershipStore } from './membership-store.js';
import { type ReservationStore } from './reservation-store.js';
import { type ShardStore } from './shard-store.js';
import { type StoreClock } from './store-clock.js';
import { Store } from './store.js';

/** In place of a store, for an application without channels that stores nothing. Every connection counts as known. */
export class NoStore extends Store {
  override readonly connections = new UnstoredConnections();
  override readonly memberships = ABSENT as MembershipStore;
  override readonly logs = ABSENT as LogStore;
  override readonly shards = ABSENT as ShardStore;
  override readonly reservations = ABSENT as ReservationStore;
  override readonly clock: StoreClock = { now: () => Date.now() };

  override async probe(): Promise<void> {}

  override async resetAfterLoss(): Promise<void> {}

  override async close(): Promise<void> {}
}

class UnstoredConnections extends ConnectionStore {
  override async putConnection(): Promise<void> {}

  override async touchConnection(connectionId: ConnectionId): Promise<Connection> {
    const now = Date.now();
    return { connectionId, connectedAt: now, expiresAt: now, lastActiveAt: now };
  }

  override async getConnection(): Promise<undefined> {}

  override async removeConnection(): Promise<readonly []> {
    return [];
  }

  override async *connectionsOf(): AsyncIterable<readonly Connection[]> {}

  override async *idleConnections(): AsyncIterable<readonly Connection[]> {}

  override async connectionPage(): Promise<{ readonly connections: readonly [] }> {
    return { connections: [] };
  }

  override async counts(): Promise<never> {
    throw new Error('connections are not stored, and not counted');
  }
}

/** A part of the store that only channels use: every call of it is a mistake of ours. */
const ABSENT = new Proxy(
  {},
  {
    get(_, method) {
      // Nest looks for hooks, and whether a value is a promise
      if (typeof method === 'symbol' || method === 'then' || /^(?:on|before)[A-Z]/.test(method))
        return undefined;
      return async () => {
        throw new Error(`there is no store: ${method} needs one`);
      };
    },
  },
);
