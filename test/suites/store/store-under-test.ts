import { type ConnectionId } from '../../../src/api/integration.js';
import { type ChannelName } from '../../../src/api/messages.js';
import { type NewConnection } from '../../../src/nest/store/connection-store.js';
import { type Store } from '../../../src/nest/store/store.js';

/** Options of a store that the suite opens. */
export interface StoreSuiteOptions {
  /** Undefined: the store uses its own time. */
  readonly now: (() => number) | undefined;
  readonly pageMembers: number;
}

/** A store for one test. Disposing of it closes it and all stores opened from it, and removes their data. */
export interface OpenedStore extends AsyncDisposable {
  readonly store: Store;
  /** For a store whose state survives it: closes it and opens it again. */
  readonly reopen?: () => Promise<Store>;
  /** For a store that several tasks share: opens it again, as another task would. */
  readonly openBeside?: () => Promise<Store>;
  /** For a store with a server: makes the server unreachable. */
  readonly cutOff?: () => Promise<void>;
  /** Copies all data. @returns closes the store, puts the copy in place of the data, and opens the store again */
  readonly copy: () => Promise<() => Promise<Store>>;
  /** For a store that can be full: leaves no room for anything until it is disposed of. */
  readonly fillUp?: () => Promise<void>;
  /** The number of rows or keys that the store keeps for more than four hours. */
  readonly countKept: () => Promise<number>;
}

/** A store with a clock that the test sets, and small pages. */
export interface StoreUnderTest extends OpenedStore {
  /** `now` is in milliseconds since 1970, and begins with {@link start}. */
  readonly clock: { now: number };
  /** Puts connections that stay for an hour. */
  connect(...connectionIds: readonly ConnectionId[]): Promise<void>;
  put(connectionId: ConnectionId, known?: Partial<NewConnection>): Promise<void>;
  /** Puts connections and lets them join. */
  enter(channel: ChannelName, ...connectionIds: readonly ConnectionId[]): Promise<void>;
}

export type OpenStore = (options?: OpenStoreOptions) => Promise<StoreUnderTest>;

export interface OpenStoreOptions {
  /** The store uses its own time in place of the test's clock. */
  readonly usesOwnTime?: boolean;
}

/** The current time, because an engine may remove expired data by its own clock. */
export const start = Date.now();
export const second = 1000;
export const hour = 3_600_000;

export const pageMembers = 3;

export const news = 'news' as ChannelName;
export const sports = 'sports' as ChannelName;
export const [alice, bob] = ['alice=' as ConnectionId, 'bob=' as ConnectionId];
/** A maximum that no test reaches by accident. */
export const manyChannels = 1000;
/** Keeps everything that a test appends. */
export const keepAll = { messages: 1000, ageMs: hour };

export async function openStore(
  open: (options: StoreSuiteOptions) => Promise<OpenedStore>,
  { usesOwnTime = false }: OpenStoreOptions = {},
): Promise<StoreUnderTest> {
  const clock = { now: start };
  const opened = await open({ now: usesOwnTime ? undefined : () => clock.now, pageMembers });
  const put = (connectionId: ConnectionId, known?: Partial<NewConnection>) =>
    opened.store.connections.putConnection({
      connectionId,
      connectedAt: clock.now,
      expiresAt: clock.now + hour,
      ...known,
    });
  const connect = async (...connectionIds: readonly ConnectionId[]) => {
    await Promise.all(connectionIds.map((id) => put(id)));
  };
  return {
    ...opened,
    clock,
    put,
    connect,
    async enter(channel, ...connectionIds) {
      await connect(...connectionIds);
      await Promise.all(connectionIds.map((id) => opened.store.memberships.join(channel, id, manyChannels)));
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

/** The items of all pages, in order. @throws as {@link checked} does */
export async function listed<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of checked(pages)) all.push(...page);
  return all;
}

/** @throws {Error} a page is empty, or larger than a page, or they do not end */
export async function* checked<T>(pages: AsyncIterable<readonly T[]>): AsyncIterable<readonly T[]> {
  let count = 0;
  for await (const page of pages) {
    if (page.length === 0 || page.length > pageMembers) throw new Error(`a page of ${page.length}`);
    // a timeout cannot stop a store that repeats a page for ever, because it never waits
    if (++count > 100) throw new Error('more pages than any test has');
    yield page;
  }
}

export async function idsOf(
  pages: AsyncIterable<readonly { readonly connectionId: ConnectionId }[]>,
): Promise<ConnectionId[]> {
  return (await listed(pages)).map(({ connectionId }) => connectionId);
}

export function ids(count: number): ConnectionId[] {
  return Array.from({ length: count }, (_, index) => `c${index}=` as ConnectionId);
}

/** Reserves a key that is free. @returns the owner */
export async function reserved({ reservations }: Store, key: string, leaseMs: number): Promise<string> {
  const reservation = await reservations.reserve(key, leaseMs);
  if (reservation.kind !== 'reserved') throw new Error(`${key} is ${reservation.kind}`);
  return reservation.owner;
}

/** Runs `work` this number of times at once. */
export function atOnce<T>(count: number, act: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => act(index)));
}

export function ascending(a: number, b: number): number {
  return a - b;
}

/** Text with many kinds of Unicode characters, of this size in UTF-8; begins with a byte order mark, ends in an emoji. */
export function unicodeText(bytes: number): string {
  const [head, tail] = ['\uFEFF\u0000\t\r\n"\\\u007F\u2028\u00E9e\u0301\u202E漢👩🏽‍🚀{}', '👋'];
  const rest = bytes - Buffer.byteLength(head + tail);
  return head + '漢é👩a'.repeat(Math.floor(rest / 10)) + '.'.repeat(rest % 10) + tail;
}
