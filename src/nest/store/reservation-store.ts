/**
 * The outcome of `reserve`. `reserved`: the key was free, and the caller is its owner now. `held`: another owner has it.
 * `done`: the work was done, with this result.
 */
export type Reservation =
  | { readonly kind: 'reserved'; readonly owner: string }
  | { readonly kind: 'held' }
  | { readonly kind: 'done'; readonly result: string };

/**
 * Stores which work is being done or was done, each under a key, with its result. The guarantees of `store.ts` hold.
 *
 * An owner is a text that no other call of `reserve` returns. If a lease ends, the next caller becomes the owner: work
 * that must not be done twice needs another protection, such as an {@link AppendKey}.
 */
export abstract class ReservationStore {
  /**
   * Reserves a key, so that one caller at a time does the work.
   *
   * @param leaseMs the reservation ends after this time, unless {@link renew} extends it
   */
  abstract reserve(key: string, leaseMs: number): Promise<Reservation>;

  /** Extends the owner's lease, from now on. @returns false if the key no longer belongs to the owner */
  abstract renew(key: string, owner: string, leaseMs: number): Promise<boolean>;

  /**
   * Stores the result that later callers of `reserve` with this key get, also if the lease has ended. No effect if another
   * owner has the key.
   *
   * @param result at most 200 KB
   */
  abstract keepResult(key: string, owner: string, result: string, ttlMs: number): Promise<void>;

  /** Ends a reservation whose work was not done. No effect if the key does not belong to the owner. */
  abstract release(key: string, owner: string): Promise<void>;
}
