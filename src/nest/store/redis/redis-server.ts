import { setTimeout as pause } from 'node:timers/promises';
import { ConfigError } from '../../config/config.errors.js';
import { ServerClock } from '../server-clock.js';
import { StoreFullError, StoreUnavailableError } from '../store.errors.js';
import { ClusterLife } from './cluster-life.js';
import { Deadlines } from './deadlines.js';
import { type Client, clusterClient, type NodeClient, PAUSE_MS, singleClient } from './redis-client.js';
import { adviceFor, ConnectErrors, hasCode, isFinal, reasonOf } from './redis-errors.js';
import { readRedisUrl, shownAddress } from './redis-url.js';
import { READ_LIFE, type Script } from './scripts/script.js';

export interface RedisServerOptions {
  readonly url: string;
  /** Whether the server speaks cluster mode. */
  readonly isCluster: boolean;
  /** How long a command waits for its reply. */
  readonly timeoutMs: number;
}

/** A reply of RESP 2. */
export type Reply = string | number | null | readonly Reply[];

/**
 * The connection to a Redis or Valkey server, or to a cluster.
 *
 * While the server is disconnected, commands fail at once. A command without a reply fails after `timeoutMs`. The
 * client reconnects by itself. Every rejection is a {@link StoreUnavailableError}.
 */
export class RedisServer {
  /** Its time; in a cluster, that of one node. */
  readonly clock: ServerClock;
  /** Whether scripts can read the id of the data's life: see `LIFE` in `script.ts`. */
  readonly hasUsableIds: boolean;
  readonly isCluster: boolean;
  readonly #life = new ClusterLife();
  readonly #client: Client;
  readonly #deadlines: Deadlines;
  readonly #pulse: NodeJS.Timeout;
  #isClosed = false;

  private constructor(client: Client, { isCluster, timeoutMs }: RedisServerOptions, sample: Sample) {
    this.isCluster = isCluster;
    this.clock = sample.clock;
    this.hasUsableIds = sample.hasUsableIds;
    this.#client = client;
    this.#deadlines = new Deadlines(timeoutMs);
    this.#pulse = setInterval(() => void this.#checkNodes(), timeoutMs / 2).unref();
  }

  /** @throws {ConfigError} the server cannot be reached within `timeoutMs`, or refuses the credentials */
  static async connect(options: RedisServerOptions): Promise<RedisServer> {
    const { url, isCluster, timeoutMs } = options;
    const address = readRedisUrl(url);
    const refused = (reason: string, cause?: unknown) =>
      new ConfigError([`REDIS_URL=${shownAddress(address)}: ${reason}`], { cause });
    if (isCluster && address.database !== 0) throw refused('a cluster has no databases: expected no path');
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const errors = new ConnectErrors();
      const client = (isCluster ? clusterClient : singleClient)(address, timeoutMs, errors.note);
      const open = async () => {
        await client.connect();
        if (!isCluster && (await isNodeOfCluster(client))) {
          throw refused('it speaks cluster mode: expected REDIS_CLUSTER=true with it');
        }
        return Promise.any(client.everyNode().map(takeSample));
      };
      try {
        const remaining = Math.max(deadline - performance.now(), 1);
        const tooLate = pause(remaining, undefined, { ref: false }).then(giveUp);
        const sample = await Promise.race([open(), errors.isFinal, tooLate]);
        const server = new RedisServer(client, options, sample);
        if (isCluster) await server.#awaitLife();
        return server;
      } catch (error) {
        client.destroy();
        if (error instanceof ConfigError) throw error;
        const cause = errors.last ?? (error instanceof AggregateError ? error.errors[0] : error);
        if (isFinal(cause) || performance.now() + PAUSE_MS > deadline) {
          throw refused(`the store cannot be opened: ${adviceFor(cause)}: ${reasonOf(cause)}`, cause);
        }
        await pause(PAUSE_MS);
      }
    }
  }

  /** The life of logs, as an argument of the head `LIFE` of scripts. */
  get lifeOfLogs(): string {
    return this.hasUsableIds ? '1' : '';
  }

  /** The life of connections, as an argument of the head `LIFE` of scripts. */
  get lifeOfConnections(): string {
    return this.isCluster && this.hasUsableIds ? this.#life.current : this.lifeOfLogs;
  }

  /**
   * @param key decides the hash slot
   * @throws {StoreUnavailableError}
   */
  async send(key: string, args: readonly string[]): Promise<Reply> {
    return this.#limit(this.#client.send(key, args));
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
      if (hasCode(error, 'NOSCRIPT')) return this.send(keys[0]!, ['EVAL', source, ...rest]);
      throw this.#unavailable(error);
    }
  }

  /** The keys of all nodes that match a pattern, in pages. A key that exists all the time comes once or more often. */
  async *scan(pattern: string): AsyncIterable<readonly string[]> {
    for (const connecting of this.#client.everyNode()) {
      let cursor = '0';
      do {
        const command = ['SCAN', cursor, 'MATCH', pattern, 'COUNT', '1000'];
        const page = await this.#limit(connecting.then((node) => node.sendCommand(command)));
        const [next, keys] = page as [string, string[]];
        yield keys;
        cursor = next;
      } while (cursor !== '0');
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#pulse);
    this.#deadlines.close();
    this.#client.destroy();
  }

  async #limit(replying: Promise<unknown>): Promise<Reply> {
    try {
      return (await this.#deadlines.limit(replying)) as Reply;
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  #unavailable(error: unknown): StoreUnavailableError {
    // this server is no longer the primary: its DNS name now leads to the new one
    if (hasCode(error, 'READONLY')) this.#client.nodes().forEach(reconnect);
    const StoreError = hasCode(error, 'OOM') ? StoreFullError : StoreUnavailableError;
    return new StoreError(`Redis: ${reasonOf(error)}`, { cause: error });
  }

  /**
   * Reads the time, in a cluster also the ids, and reconnects where nothing comes back. When a machine has vanished, TCP
   * retransmits for 15 minutes, and a socket's own timeout restarts at each write.
   */
  async #checkNodes(): Promise<void> {
    const [first, ...others] = this.#client.nodes().filter(({ isReady }) => isReady);
    await Promise.all([
      // one node's time is enough: those of several would alternate
      first && this.#check(first, (time) => this.clock.note(...time)),
      ...others.map((other) => this.#check(other, () => {})),
      this.isCluster && first && this.#checkTopology(first),
    ]);
  }

  async #check(node: NodeClient, note: (time: Time) => void): Promise<void> {
    try {
      const [time, id] = await this.#deadlines.limit(
        Promise.all([readTime(node), this.isCluster ? readId(node) : undefined]),
      );
      note(time);
      if (id !== undefined && !this.#isClosed) this.#life.note(node, id, this.#client.nodes());
    } catch {
      if (!this.#isClosed) reconnect(node);
    }
  }

  /**
   * Reads the nodes again if their number has changed. Otherwise the client notices it when a command meets a slot that
   * was moved, and until then `lifeOfConnections` would differ from that of other tasks.
   */
  async #checkTopology(node: NodeClient): Promise<void> {
    try {
      const info = String(await this.#deadlines.limit(node.sendCommand(['CLUSTER', 'INFO'])));
      const size = Number(/^cluster_size:(\d+)/m.exec(info)?.[1]);
      if (size !== this.#client.nodes().length && !this.#isClosed) await this.#client.refreshNodes();
    } catch {
      // the next pulse reads it again
    }
  }

  /** Reads the ids of all nodes that can be reached in time. Those of the others come with a later pulse. */
  async #awaitLife(): Promise<void> {
    await this.#deadlines.limit(Promise.allSettled(this.#client.everyNode())).catch(() => {});
    await this.#checkNodes();
  }
}

function reconnect(node: NodeClient): void {
  // a client that is not ready is already reconnecting
  if (!node.isReady) return;
  node.destroy();
  node.connect().catch(() => {});
}

async function isNodeOfCluster(client: Client): Promise<boolean> {
  try {
    return String(await client.send('', ['INFO', 'cluster'])).includes('cluster_enabled:1');
  } catch (error) {
    // the user may lack the permission
    if (hasCode(error, 'NOPERM')) return false;
    throw error;
  }
}

function giveUp(): never {
  throw new Error('no response in time');
}

/** What one node says about itself. */
interface Sample {
  readonly clock: ServerClock;
  readonly hasUsableIds: boolean;
}

/** The ids are usable if a script may read them, and a proxy in between does not send each script to another server. */
async function takeSample(connecting: Promise<NodeClient>): Promise<Sample> {
  const node = await connecting;
  const readLife = () => node.sendCommand(['EVAL', READ_LIFE.source, '0', '0', '1']);
  const [time, life, again] = await Promise.all([readTime(node), readLife(), readLife()]);
  const clock = new ServerClock();
  clock.note(...time);
  return { clock, hasUsableIds: life !== '' && life === again };
}

/** The arguments of {@link ServerClock.note}. */
type Time = Parameters<ServerClock['note']>;

async function readTime(node: NodeClient): Promise<Time> {
  const sentAt = performance.now();
  const [seconds, microseconds] = (await node.sendCommand(['TIME'])) as [string, string];
  return [Number(seconds) * 1000 + Number(microseconds) / 1000, 0, sentAt, performance.now()];
}

/** @returns the id of {@link READ_LIFE}, undefined if the node does not say it now */
async function readId(node: NodeClient): Promise<string | undefined> {
  try {
    return /^master_replid:(\S+)/m.exec(String(await node.sendCommand(['INFO', 'replication'])))?.[1];
  } catch {
    // the user may lack the permission; that the node does not respond is noticed by its time
    return undefined;
  }
}
