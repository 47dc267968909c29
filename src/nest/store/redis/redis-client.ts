import { createClient, createCluster } from '@redis/client';
import { type RedisAddress } from './redis-url.js';

/** The methods that we use of a client for one node. */
export interface NodeClient {
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  destroy(): void;
  sendCommand(args: readonly string[]): Promise<unknown>;
}

/** One interface for the clients of a single server and of a cluster. */
export interface Client {
  /** The clients of all current nodes that have keys of their own. Those without a connection begin to connect. */
  nodes(): readonly NodeClient[];
  /** All current nodes that have keys of their own. Connects to them where necessary. */
  everyNode(): readonly Promise<NodeClient>[];
  /** Reads again which nodes there are. */
  refreshNodes(): Promise<void>;
  connect(): Promise<unknown>;
  destroy(): void;
  /** @param key decides to which node the command goes */
  send(key: string, args: readonly string[]): Promise<unknown>;
}

/** @param note called with every error of the connection */
export function singleClient(
  address: RedisAddress,
  timeoutMs: number,
  note: (error: unknown) => void,
): Client {
  const client = createClient({
    ...clientOptions(address, timeoutMs, address),
    RESP: 2,
    database: address.database,
  }).on('error', note);
  return {
    nodes: () => [client],
    everyNode: () => [Promise.resolve(client)],
    refreshNodes: async () => {},
    connect: () => client.connect(),
    destroy: () => client.destroy(),
    send: (_, args) => client.sendCommand([...args]),
  };
}

export function clusterClient(
  address: RedisAddress,
  timeoutMs: number,
  note: (error: unknown) => void,
): Client {
  const cluster = createCluster({
    RESP: 2,
    rootNodes: [{ socket: { host: address.host, port: address.port } }],
    defaults: clientOptions(address, timeoutMs),
    // otherwise an unreachable node blocks all others whenever the client reads the slots
    minimizeConnections: true,
    topologyRefreshOnReconnectionAttemptStrategy: LONGEST_PAUSE_MS,
  })
    .on('error', note)
    .on('node-error', note);
  return {
    nodes: () =>
      cluster.masters.flatMap((master) => {
        // every command to this node reports the same failure
        if (!master.client) cluster.nodeClient(master).catch(() => {});
        return master.client ?? [];
      }),
    everyNode: () => cluster.masters.map(async (node) => cluster.nodeClient(node)),
    // oxlint-disable-next-line no-underscore-dangle -- the client has no public method for it
    refreshNodes: () => cluster._slots.rediscover(),
    connect: () => cluster.connect(),
    destroy: () => cluster.destroy(),
    send: (key, args) => cluster.sendCommand(key, false, [...args]),
  };
}

function clientOptions(
  { username, password, hasTls }: RedisAddress,
  timeoutMs: number,
  to?: { readonly host: string; readonly port: number },
) {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    disableOfflineQueue: true,
    // the client's own timeout ends with the write, not with the reply, and needs a timer per command
    commandOptions: { timeout: 0 },
    maintNotifications: 'disabled',
    socket: {
      ...to,
      ...(hasTls && { tls: true }),
      connectTimeout: Math.max(timeoutMs, 1000),
      // for a server that accepts the connection and sends nothing, which #checkNodes does not notice
      socketTimeout: Math.max(2 * timeoutMs, 2000),
      reconnectStrategy: (attempts: number) => Math.min(PAUSE_MS * 2 ** attempts, LONGEST_PAUSE_MS),
    } as object,
  } as const;
}

/**
 * The first pause between two attempts to connect. With these pauses, a server that is back is used in well under 5 s.
 */
export const PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;
