/** The operations of a store: with our store, or with the fewest commands of the same engine. */
export interface Engine {
  put(connectionId: string): unknown;
  join(channel: string, connectionId: string): unknown;
  touch(connectionId: string): unknown;
  isMember(channel: string, connectionId: string): unknown;
  /** One page of 1,000 members. */
  members(channel: string): unknown;
  /** 100 entries after this offset. */
  history(after: number): unknown;
  remove(connectionId: string): unknown;
}

/** Members per channel, of the connections that are loaded before the measurement. */
export const MEMBERS = 1000;
/** The channel with a log, and the length of the log. */
export const LOGGED = 'logged';
export const ENTRIES = 1000;
export const CONTENT = 'x'.repeat(200);
export const LIFETIME_MS = 7_200_000;

/** As long as the ids of AWS, and not in order. */
export function idOf(n: number): string {
  return `L0SM9cO${((n * SCRAMBLE) % 2 ** 32).toString(16).padStart(8, '0')}=`;
}

/** Knuth's multiplier: it is odd, so that all ids differ. */
export const SCRAMBLE = 2_654_435_761;

export const channelOf = (n: number) => `channel${Math.floor(n / MEMBERS)}`;
