/** One way to do what a store does: ours, or the least that the same engine can do it with. */
export interface Engine {
  put(connectionId: string): unknown;
  join(channel: string, connectionId: string): unknown;
  touch(connectionId: string): unknown;
  isMember(channel: string, connectionId: string): unknown;
  /** A page of a thousand. */
  members(channel: string): unknown;
  /** A hundred entries after this one. */
  history(after: number): unknown;
  remove(connectionId: string): unknown;
}

/** The connections that are there before anything is measured are in channels of so many. */
export const MEMBERS = 1000;
/** The channel with a log, and how long that is. */
export const LOGGED = 'logged';
export const ENTRIES = 1000;
export const CONTENT = 'x'.repeat(200);
export const LIFETIME_MS = 7_200_000;

/** As long as the ids that AWS gives, and in as little of an order. */
export function idOf(n: number): string {
  return `L0SM9cO${((n * SCRAMBLE) % 2 ** 32).toString(16).padStart(8, '0')}=`;
}

/** Knuth's multiplier; with it as an odd number no two ids are the same. */
export const SCRAMBLE = 2_654_435_761;

export const channelOf = (n: number) => `channel${Math.floor(n / MEMBERS)}`;
