/** The stores that can be checked. */
export const STORE_NAMES = ['embedded', 'redis-aof', 'redis-failover', 'dynamodb'] as const;
export type StoreName = (typeof STORE_NAMES)[number];

const ALL = STORE_NAMES;
const REDIS = ['redis-aof', 'redis-failover'] as const;
const SHARED = [...REDIS, 'dynamodb'] as const;

/** Each fault, with the stores that it is injected into. */
export const FAULT_STORES = {
  /** SIGKILL of a task, which is then started again. */
  'kill-task': ALL,
  /** SIGSTOP of a task in the middle of a message to many, and SIGCONT after the lease of its shards. */
  'freeze-task': ALL,
  /** SIGTERM of each task, one after the other, which is then started again. */
  'rolling-restart': ALL,
  /** The clock of one task is wrong for some seconds. */
  'clock-jump': ALL,
  /** What the service responds is lost, and the connection is closed. */
  'lost-service-responses': ALL,
  /** `@connections` responds 429. */
  'throttled-callbacks': ALL,
  /** `@connections` accepts a message, and its response is lost. */
  'lost-callback-responses': ALL,
  /** `$disconnect` is not called for clients that leave. */
  'dropped-disconnects': ALL,
  /** Bytes between task and store are late. */
  'slow-store': SHARED,
  /** Nothing passes between task and store, and nothing is closed. */
  'stalled-store': SHARED,
  /** Connections between task and store are closed, and refused for a moment. */
  'cut-store': SHARED,
  /** The store carries out requests, and its responses are lost. */
  'lost-store-responses': SHARED,
  /** The disk of the store has no space left for what grows. */
  'disk-full': ['embedded'],
  /** The file of the store is replaced by an older copy of it. */
  'older-file': ['embedded'],
  /** Redis is killed, and started again with its append-only file. */
  'store-restart': ['redis-aof'],
  /** As above, and the end of the append-only file is lost, up to a second, as when a machine fails. */
  'power-loss': ['redis-aof'],
  /** A replica that lacks the last writes is promoted. */
  failover: ['redis-failover'],
  /** All keys of Redis are deleted. */
  flush: REDIS,
  /** Redis refuses writes because its memory is full. */
  'memory-full': REDIS,
} as const satisfies Record<string, readonly StoreName[]>;

export type FaultKind = keyof typeof FAULT_STORES;

export const faultKinds = Object.keys(FAULT_STORES) as FaultKind[];

export const faultsOf = (store: StoreName): readonly FaultKind[] =>
  faultKinds.filter((kind) => (FAULT_STORES[kind] as readonly StoreName[]).includes(store));

/** Whether it is injected into every store. */
export const isGeneral = (kind: FaultKind): boolean => FAULT_STORES[kind].length === STORE_NAMES.length;

/**
 * The faults after which a store may have lost what it had acknowledged. After any other one, every acknowledged message
 * is in its log, and no member is notified of anything.
 */
export const LOSSY_FAULTS: ReadonlySet<FaultKind> = new Set([
  'older-file',
  // the append-only file is written each second
  'store-restart',
  'power-loss',
  // the replica lags
  'failover',
  'flush',
]);
