import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, createCluster } from '@redis/client';
import { ConfigError } from '../../config/config.errors.js';
import { StoreUnavailableError } from '../store.errors.js';
import { Deadlines } from './deadlines.js';
import { readRedisUrl, type RedisAddress, shownAddress } from './redis-url.js';

export interface RedisServerOptions {
  readonly url: string;
  /** Whether the server speaks cluster mode. */
  readonly isCluster: boolean;
  /** How long a command waits for its reply. */
  readonly timeoutMs: number;
}

/** A reply of RESP 2. */
export type Reply = string | number | null | readonly Reply[];

/** A Lua script, which Redis runs atomically. All its keys are in one hash slot. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

export function script(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}

/** The methods that we use of a client for one node. */
interface NodeClient {
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  destroy(): void;
  sendCommand(args: readonly string[]): Promise<unknown>;
}

/** One interface for the clients of a single server and of a cluster. */
interface Client {
  /** The current nodes. */
  nodes(): readonly NodeClient[];
  connect(): Promise<unknown>;
  destroy(): void;
  /** @param key decides to which node the command goes */
  send(key: string, args: readonly string[]): Promise<unknown>;
}

/**
 * The connection to a Redis or Valkey server, or to a cluster.
 *
 * While the server is disconnected, commands fail at once. A command without a reply fails after `timeoutMs`. The
 * client reconnects by itself. Every rejection is a {@link StoreUnavailableError}.
 */
export class RedisServer {
  readonly #client: Client;
  readonly #deadlines: Deadlines;
  readonly #pulse: NodeJS.Timeout;
  #isClosed = false;

  private constructor(client: Client, timeoutMs: number) {
    this.#client = client;
    this.#deadlines = new Deadlines(timeoutMs);
    this.#pulse = setInterval(() => this.#checkNodes(), timeoutMs / 2).unref();
  }

  /** @throws {ConfigError} the server cannot be reached within `timeoutMs`, or refuses the credentials */
  static async connect({ url, isCluster, timeoutMs }: RedisServerOptions): Promise<RedisServer> {
    const address = readRedisUrl(url);
    const refused = (reason: string, cause?: unknown) =>
      new ConfigError([`REDIS_URL=${shownAddress(address)}: ${reason}`], { cause });
    if (isCluster && address.database !== 0) throw refused('a cluster has no databases: expected no path');
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const errors = new ConnectErrors();
      const client = (isCluster ? clusterClient : singleClient)(address, timeoutMs, errors.note);
      try {
        const remaining = Math.max(deadline - performance.now(), 1);
        const tooLate = pause(remaining, undefined, { ref: false }).then(giveUp);
        await Promise.race([client.connect(), errors.isFinal, tooLate]);
        if (!isCluster && (await isNodeOfCluster(client))) {
          throw refused('it speaks cluster mode: expected REDIS_CLUSTER=true with it');
        }
        return new RedisServer(client, timeoutMs);
      } catch (error) {
        client.destroy();
        if (error instanceof ConfigError) throw error;
        const cause = errors.last ?? error;
        if (isFinal(cause) || performance.now() + PAUSE_MS > deadline) {
          throw refused(`the store cannot be opened: ${adviceFor(cause)}: ${reasonOf(cause)}`, cause);
        }
        await pause(PAUSE_MS);
      }
    }
  }

  /**
   * @param key decides the hash slot
   * @throws {StoreUnavailableError}
   */
  async send(key: string, args: readonly string[]): Promise<Reply> {
    try {
      return (await this.#deadlines.limit(this.#client.send(key, args))) as Reply;
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  /** @throws {StoreUnavailableError} */
  async run(
    { sha, source }: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<Reply> {
    const rest = [String(keys.length), ...keys, ...args.map(String)];
    try {
      return (await this.#deadlines.limit(this.#client.send(keys[0]!, ['EVALSHA', sha, ...rest]))) as Reply;
    } catch (error) {
      // loads the script into a server that was restarted, or is new in the cluster
      if (startsWith(error, 'NOSCRIPT')) return this.send(keys[0]!, ['EVAL', source, ...rest]);
      throw this.#unavailable(error);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#pulse);
    this.#deadlines.close();
    this.#client.destroy();
  }

  #unavailable(error: unknown): StoreUnavailableError {
    // this server is no longer the primary: its DNS name now leads to the new one
    if (startsWith(error, 'READONLY')) this.#client.nodes().forEach(reconnect);
    return new StoreUnavailableError(`Redis: ${reasonOf(error)}`, { cause: error });
  }

  /**
   * Reconnects where nothing comes back. When a machine has vanished, TCP retransmits for 15 minutes, and a socket's
   * own timeout restarts at each write.
   */
  #checkNodes(): void {
    for (const node of this.#client.nodes()) {
      if (!node.isReady) continue;
      this.#deadlines.limit(node.sendCommand(['PING'])).catch(() => {
        if (!this.#isClosed) reconnect(node);
      });
    }
  }
}

/** The errors of a client while it connects. The client itself retries after every error. */
class ConnectErrors {
  last: unknown;
  /** Rejects with the first error that another attempt cannot fix. */
  readonly isFinal: Promise<never>;
  #end: (error: unknown) => void = () => {};

  constructor() {
    this.isFinal = new Promise((_, reject) => {
      this.#end = reject;
    });
  }

  readonly note = (error: unknown): void => {
    this.last = error;
    if (isFinal(error)) this.#end(error);
  };
}

/**
 * The first pause between two attempts to connect. With these pauses, a server that is back is used in well under 5 s.
 */
const PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;

function reconnect(node: NodeClient): void {
  // a client that is not ready is already reconnecting
  if (!node.isReady) return;
  node.destroy();
  node.connect().catch(() => {});
}

/** @param note called with every error of the connection */
function singleClient(address: RedisAddress, timeoutMs: number, note: (error: unknown) => void): Client {
  const client = createClient({
    ...clientOptions(address, timeoutMs, address),
    RESP: 2,
    database: address.database,
  }).on('error', note);
  return {
    nodes: () => [client],
    connect: () => client.connect(),
    destroy: () => client.destroy(),
    send: (_, args) => client.sendCommand([...args]),
  };
}

function clusterClient(address: RedisAddress, timeoutMs: number, note: (error: unknown) => void): Client {
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
    nodes: () => cluster.masters.flatMap(({ client }) => client ?? []),
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

async function isNodeOfCluster(client: Client): Promise<boolean> {
  try {
    return String(await client.send('', ['INFO', 'cluster'])).includes('cluster_enabled:1');
  } catch (error) {
    // the user may lack the permission
    if (startsWith(error, 'NOPERM')) return false;
    throw error;
  }
}

function giveUp(): never {
  throw new Error('no response in time');
}

function startsWith(error: unknown, code: string): boolean {
  return error instanceof Error && error.message.startsWith(code);
}

/** Whether another attempt cannot help: wrong credentials, an untrusted certificate, not a cluster. */
function isFinal(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return (
    ['WRONGPASS', 'NOAUTH', 'NOPERM', 'ERR'].some((start) => startsWith(error, start)) ||
    /CERT|SIGNATURE|^ERR_TLS|^ERR_SSL/.test(code ?? '')
  );
}

/** What to check when the server cannot be used. */
function adviceFor(error: unknown): string {
  if (['WRONGPASS', 'NOAUTH'].some((start) => startsWith(error, start))) {
    return 'expected user and password that the server knows';
  }
  if (startsWith(error, 'NOPERM'))
    return 'expected a user who may run all commands on the keys of REDIS_PREFIX';
  if (/CERT|SIGNATURE/.test((error as NodeJS.ErrnoException).code ?? '')) {
    return 'expected a certificate that Node trusts: name its authority in NODE_EXTRA_CA_CERTS';
  }
  if ((error as NodeJS.ErrnoException).code?.startsWith('ERR_SSL')) {
    return 'expected a server that speaks TLS there, or redis: in place of rediss:';
  }
  return 'expected a Redis or Valkey server that listens there';
}

/**
 * The reason in one line; OpenSSL's messages end with a line break. An AggregateError of several connection attempts has
 * no message of its own; the first error has the reason.
 */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replaceAll(/\s+/g, ' ').trim();
}
