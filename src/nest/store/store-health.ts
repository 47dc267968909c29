/** Whether the store can serve. */
export abstract class StoreHealth {
  /**
   * Writes a small record: a store that is full, read-only or without its replicas responds to reads only.
   *
   * @throws {StoreUnavailableError} the store cannot be written
   */
  abstract probe(): Promise<void>;
}
