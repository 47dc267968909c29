import { join } from 'node:path';
import { ApiClient } from './api-client.ts';
import { CallbackProxy, type SeenPost } from './callback-proxy.ts';
import { type StoreName } from './guarantees.ts';
import { type History } from './history.ts';
import { Program } from './program.ts';
import { type Random } from './random.ts';
import { type CheckedStore, openStore } from './stores.ts';
import { Task } from './task.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { LARGE_CHANNEL } from './workload.ts';

const GATEWAY_SECRET = 'a-secret-of-the-checker';
const API_KEY = 'a-key-of-the-checker-with-32-characters';
// raised: all members connect at once
const QUOTAS = ['requests-per-second', 'request-burst', 'new-connections-per-second'];

/** How long a task has a shard. */
export const LEASE_MS = 2000;
const CALLBACK_CONCURRENCY = 4;
/**
 * How many members a task may still send a message to when it notices that its shards are no longer its own: a slice of
 * each of two shards, and what is queued for each of its slots.
 */
export const QUEUED_MEMBERS = 2 * 20 + 4 * CALLBACK_CONCURRENCY;
/** Larger, so that it shows when a task goes on. */
const SHARD_MEMBERS = 80;

export interface ClusterOptions {
  readonly store: StoreName;
  /** For logs and data. */
  readonly folder: string;
  /** Of the built programs. */
  readonly dist: string;
  readonly history: History;
  readonly random: Random;
  /** Of every task, further ones. */
  readonly settings?: NodeJS.ProcessEnv;
}

/** Gateway, tasks and store, all real, with something in every connection between them that can disturb it. */
export class Cluster implements AsyncDisposable {
  readonly history: History;
  readonly store: CheckedStore;
  readonly tasks: readonly Task[];
  /** Between gateway and tasks, as a load balancer. */
  readonly balancer: TcpProxy;
  readonly gatewayUrl: string;
  readonly webSocketUrl: string;
  readonly api: ApiClient;
  /** The latest request of each client whose reply was posted, and to which connection. */
  readonly #connectionIds: ReadonlyMap<string, ConnectionOfClient>;
  readonly #cleanUp: AsyncDisposableStack;

  private constructor(parts: Parts, cleanUp: AsyncDisposableStack) {
    this.history = parts.history;
    this.store = parts.store;
    this.tasks = parts.tasks;
    this.balancer = parts.balancer;
    this.gatewayUrl = parts.gatewayUrl;
    this.webSocketUrl = parts.webSocketUrl;
    this.#connectionIds = parts.connectionIds;
    this.api = new ApiClient(`http://127.0.0.1:${parts.balancer.port}`, API_KEY);
    this.#cleanUp = cleanUp;
  }

  static async start({
    store: name,
    folder,
    dist,
    history,
    random,
    settings: further = {},
  }: ClusterOptions): Promise<Cluster> {
    await using cleanUp = new AsyncDisposableStack();
    const { deployLocally, LOCAL_STAGE } = (await import(
      join(dist, 'local/deployment/deploy-locally.js')
    )) as typeof import('../../src/local/deployment/deploy-locally.js');
    const store = await openStore(name, folder, dist, cleanUp);
    const { program, url: gatewayUrl } = await Program.listening({
      command: process.execPath,
      args: [
        join(dist, 'gateway/main.js'),
        '--port',
        '0',
        '--log-level',
        'warn',
        ...QUOTAS.flatMap((quota) => ['--quota', `${quota}=999999999`]),
      ],
      logFile: join(folder, 'gateway.log'),
    });
    cleanUp.use(program);
    const connectionIds = new Map<string, ConnectionOfClient>();
    const startTask = async (_: unknown, number: number): Promise<Task> => {
      const seen = (post: SeenPost) => note(post, number, history, connectionIds);
      const callbacks = cleanUp.use(
        await CallbackProxy.start(gatewayUrl, random.fork(`callbacks ${number}`), seen),
      );
      const settings = {
        ...SETTINGS,
        ...store.settings(number),
        ...further,
        WS_API_ENDPOINT: `${callbacks.url}/${LOCAL_STAGE}`,
      };
      const crashed = (reason: string) =>
        history.record({ kind: 'crash', task: number, at: history.now(), reason });
      return cleanUp.use(
        await Task.start({ number, folder, dist, settings, constants: TASK_CONSTANTS, callbacks, crashed }),
      );
    };
    const tasks = await Promise.all(Array.from({ length: store.tasks }, startTask));
    let turn = 0;
    const balancer = cleanUp.use(
      await TcpProxy.start(() => {
        turn += 1;
        const inTurn = tasks.map((_, n) => tasks[(turn + n) % tasks.length]!.port);
        return inTurn.filter((port) => port !== undefined);
      }),
    );
    await deployLocally({
      gatewayUrl,
      serviceUrl: `http://127.0.0.1:${balancer.port}`,
      gatewaySecret: GATEWAY_SECRET,
      replies: 'callback',
    });
    const webSocketUrl = `${gatewayUrl.replace('http', 'ws')}/${LOCAL_STAGE}`;
    const parts = { history, store, tasks, balancer, gatewayUrl, webSocketUrl, connectionIds };
    return new Cluster(parts, cleanUp.move());
  }

  /** Replaces the faults of the gateway; `{}` ends them. */
  async setGatewayFaults(faults: object): Promise<void> {
    const response = await fetch(`${this.gatewayUrl}/_gateway/faults`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(faults),
    });
    if (!response.ok)
      throw new Error(`the gateway refused ${JSON.stringify(faults)}: ${await response.text()}`);
  }

  /**
   * The id of a client's connection, as far as it is known.
   *
   * @param firstRequest the first that the client has sent on this connection
   */
  connectionIdOf(client: string, firstRequest: number): string | undefined {
    const known = this.#connectionIds.get(client);
    return known !== undefined && known.request >= firstRequest ? known.connectionId : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanUp.disposeAsync();
  }
}

interface Parts {
  readonly history: History;
  readonly store: CheckedStore;
  readonly tasks: readonly Task[];
  readonly balancer: TcpProxy;
  readonly gatewayUrl: string;
  readonly webSocketUrl: string;
  readonly connectionIds: ReadonlyMap<string, ConnectionOfClient>;
}

interface ConnectionOfClient {
  readonly request: number;
  readonly connectionId: string;
}

/** What operators cannot set, of every task. */
const TASK_CONSTANTS = { leaseMs: LEASE_MS, sweepIdleMs: 3000 };

/** Of every task. Short times, so that much happens; a history that keeps everything, so that it can be compared. */
const SETTINGS: NodeJS.ProcessEnv = {
  GATEWAY_SECRET,
  API_KEYS: `checker:${API_KEY}`,
  AWS_ACCESS_KEY_ID: 'check',
  AWS_SECRET_ACCESS_KEY: 'check',
  FANOUT_SHARD_MEMBERS: String(SHARD_MEMBERS),
  CALLBACK_CONCURRENCY: String(CALLBACK_CONCURRENCY),
  CALLBACK_REQUEST_TIMEOUT_MS: '1500',
  CALLBACK_DEADLINE_MS: '3000',
  HISTORY_MESSAGES: '100000',
  HISTORY_SECONDS: '86400',
  // longer than a clock is wrong
  PUBLISH_ONCE_SECONDS: '86400',
  SWEEP_SECONDS: '4',
  LOG_LEVEL: 'info',
};

/** Reads what a post says about its connection, and records messages to many. */
function note(
  { connectionId, data }: SeenPost,
  task: number,
  history: History,
  connectionIds: Map<string, ConnectionOfClient>,
): void {
  for (const [, client, request] of data.matchAll(REPLY_ID)) {
    connectionIds.set(client!, { request: Number(request), connectionId });
  }
  const [, channel, offset] = MESSAGE.exec(data) ?? [];
  if (channel !== LARGE_CHANNEL) return;
  history.record({ kind: 'post', task, connectionId, channel, offset: Number(offset), at: history.now() });
}

/** The id of a request, as conforming-client.ts makes it. */
const REPLY_ID = /"id":"([a-z0-9-]+):(\d+)"/g;
const MESSAGE = /^\{"type":"message","channel":"([^"]+)","offset":(\d+),/;
