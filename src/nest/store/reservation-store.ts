/** The outcome of `reserve`: the key was free, or another caller has it, whose result is undefined until it is kept. */
export type Reservation = 'reserved' | { readonly result: string | undefined };

/** Stores which work is being done or was done, each under a key, with its result. The guarantees of `store.ts` hold. */
export abstract class ReservationStore {
  /**
   * Reserves a key, so that work is done once: by the first caller.
   *
   * @param ttlMs the reservation ends after this time, unless {@link keepResult} extends it
   */
  abstract reserve(key: string, ttlMs: number): Promise<Reservation>;

  /** Stores the result that later callers of `reserve` with this key get. @param result at most 200 KB */
  abstract keepResult(key: string, result: string, ttlMs: number): Promise<void>;

  /** Ends a reservation whose work was not done, so that the next caller can reserve the key. */
  abstract release(key: string): Promise<void>;
}
