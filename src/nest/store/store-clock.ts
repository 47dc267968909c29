/**
 * The store's time, which all tasks agree on within a second: a server's, or the machine's where the store is a file.
 * Everything that a store keeps for a time follows it, so that one task with a wrong clock expires nothing of the others.
 */
export abstract class StoreClock {
  /** In milliseconds since 1970. */
  abstract now(): number;
}
