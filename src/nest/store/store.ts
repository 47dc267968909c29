import { type OnApplicationShutdown } from '@nestjs/common';
import { type ConnectionStore } from './connection-store.js';
import { type LogStore } from './log-store.js';
import { type MembershipStore } from './membership-store.js';
import { type ReservationStore } from './reservation-store.js';
import { type ShardStore } from './shard-store.js';
import { type StoreClock } from './store-clock.js';
import { StoreHealth } from './store-health.js';

/**
 * An open store: five contracts over one file, server or table. Consumers depend on the contracts that they use, and
 * only the code that opens or closes the store depends on this class. The suites in `test/suites/store` check these
 * guarantees for every store:
 *
 * - Every later read of every task sees a write that has resolved. The write survives the process.
 * - Each method is atomic by itself. Other tasks may write between two calls.
 * - What was acknowledged may be lost only where docs/guarantees.md says so, and then the logs begin new epochs, and the
 *   connections concerned are unknown or have `hasLostMemberships`.
 * - An expired connection (`expiresAt` has passed) is absent from every result, and a member of no channel.
 *   `$disconnect` may never arrive, but API Gateway closes every connection.
 * - A message that is appended during a join is either before the position that `join` returns, or has a greater offset
 *   and a reader of the members after `append` finds the new member. So no message is missed in between.
 * - Every method rejects with {@link StoreUnavailableError} if the store cannot be reached. Then none, all, or an
 *   unknown part of the write was done, and repeating it is safe.
 * - A full store refuses what needs more room with {@link StoreFullError}. It can still be read, and connections can be
 *   touched, leave channels and be removed.
 */
export abstract class Store extends StoreHealth implements OnApplicationShutdown {
  abstract readonly connections: ConnectionStore;
  abstract readonly memberships: MembershipStore;
  abstract readonly logs: LogStore;
  abstract readonly shards: ShardStore;
  abstract readonly reservations: ReservationStore;
  abstract readonly clock: StoreClock;

  /**
   * To be called after a backup was restored without the store noticing it: every log gets a new epoch,
   * and everything else is removed, so that clients are notified and join again.
   */
  abstract resetAfterLoss(): Promise<void>;

  /** Closes files and sockets. No other method is called afterwards. */
  abstract close(): Promise<void>;

  /** Nest calls this after the HTTP server has sent its last response. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }
}
