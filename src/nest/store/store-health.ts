/** Whether the store can serve. */
export abstract class StoreHealth {
  /** Resolves when the store can be read. */
  abstract ping(): Promise<void>;
}
