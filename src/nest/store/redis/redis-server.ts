import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, createCluster } from '@redis/client';
import { ConfigError } from '../../../service/configuration/config.js';
import { StoreUnavailableError } from '../store.errors.js';
import { Deadlines } from './deadlines.js';
import { readRedisUrl, type RedisAddress, shownAddress } from './redis-url.js';

export interface RedisServerOptions {
  readonly url: string;
  /** Whether the server speaks cluster mode. */
  readonly isCluster: boolean;
  /** Until a command is answered; afterwards it is not waited for. */
  readonly timeoutMs: number;
}

/** An answer as RESP 2 has it. */
export type Reply = string | number | null | readonly Reply[];

/** A Lua script, which Redis runs as a whole or not at all. All its keys are in one hash slot. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

export function script(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}

/** What we need of a client for one node. */
interface NodeClient {
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  destroy(): void;
  sendCommand(args: readonly string[]): Promise<unknown>;
}

/** What we need of a client for a server or for a cluster. */
interface Client {
  /** Those that there are. */
  nodes(): readonly NodeClient[];
  connect(): Promise<unknown>;
  destroy(): void;
  /** @param key decides which node it goes to */
  send(key: string, args: readonly string[]): Promise<unknown>;
}

/**
 * The way to a Redis or Valkey server, or to a cluster of them.
 *
 * Nothing waits while the server is away: a command then fails at once, and one that is not answered fails after
 * `timeoutMs`. Meanwhile the client connects again and again. Every rejection is a {@link StoreUnavailableError}.
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

  /** @throws {ConfigError} it cannot be reached in `timeoutMs`, or will not have us */
  static async connect({ url, isCluster, timeoutMs }: RedisServerOptions): Promise<RedisServer> {
    const address = readRedisUrl(url);
    const refused = (reason: string, cause?: unknown) =>
      new ConfigError([`REDIS_URL=${shownAddress(address)}: ${reason}`], { cause });
    if (isCluster && address.database !== 0) throw refused('a cluster has no databases: expected no path');
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const trouble = new Trouble();
      const client = (isCluster ? clusterClient : singleClient)(address, timeoutMs, trouble.note);
      try {
        const remaining = Math.max(deadline - performance.now(), 1);
        const tooLate = pause(remaining, undefined, { ref: false }).then(giveUp);
        await Promise.race([client.connect(), trouble.isFinal, tooLate]);
        if (!isCluster && (await isNodeOfCluster(client))) {
          throw refused('it speaks cluster mode: expected REDIS_CLUSTER=true with it');
        }
        return new RedisServer(client, timeoutMs);
      } catch (error) {
        client.destroy();
        if (error instanceof ConfigError) throw error;
        const cause = trouble.last ?? error;
        if (isFinal(cause) || performance.now() + PAUSE_MS > deadline) {
          throw refused(`the store cannot be opened: ${adviceFor(cause)}: ${reasonOf(cause)}`, cause);
        }
        await pause(PAUSE_MS);
      }
    }
  }

  /**
   * @param key of which hash slot it is
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
      // a server that has been restarted, or is new in the cluster, learns it by this
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
    // a server that was the primary and is not any more: by its name we find the one that is now
    if (startsWith(error, 'READONLY')) this.#client.nodes().forEach(reconnect);
    return new StoreUnavailableError(`Redis: ${reasonOf(error)}`, { cause: error });
  }

  /**
   * Lets go of connections on which nothing comes back. When a machine has vanished, TCP would try for a quarter of an
   * hour to send to it, and a socket's own timeout begins anew with whatever is written.
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

/** The errors of a client, which tries again whatever they are. */
class Trouble {
  last: unknown;
  /** Rejects at one that does not go away by trying again. */
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

/** Between two tries to connect, at first; so that a server that is back is in use again in well under 5 s. */
const PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;

function reconnect(node: NodeClient): void {
  // one that is not ready is about to connect by itself
  if (!node.isReady) return;
  node.destroy();
  node.connect().catch(() => {});
}

/** @param note is told of every error on the way */
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
    // otherwise one node that is away would keep all others waiting whenever the slots are asked for
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
    // it would end with the writing, not with the answer, and costs a timer for each command
    commandOptions: { timeout: 0 },
    maintNotifications: 'disabled',
    socket: {
      ...to,
      ...(hasTls && { tls: true }),
      connectTimeout: Math.max(timeoutMs, 1000),
      // for what the pulse does not reach: a server that takes the connection and then does not greet
      socketTimeout: Math.max(2 * timeoutMs, 2000),
      reconnectStrategy: (tries: number) => Math.min(PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS),
    } as object,
  } as const;
}

async function isNodeOfCluster(client: Client): Promise<boolean> {
  try {
    return String(await client.send('', ['INFO', 'cluster'])).includes('cluster_enabled:1');
  } catch (error) {
    // not everybody may ask
    if (startsWith(error, 'NOPERM')) return false;
    throw error;
  }
}

function giveUp(): never {
  throw new Error('no answer in time');
}

function startsWith(error: unknown, code: string): boolean {
  return error instanceof Error && error.message.startsWith(code);
}

/** Whether trying again cannot help: wrong credentials, a certificate that is not trusted, no cluster. */
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
  return 'expected a Redis or Valkey server that listens there';
}

/** What several failed tries to connect have in common is in the first of them; the message of all is empty. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message || error.name : String(error);
}
