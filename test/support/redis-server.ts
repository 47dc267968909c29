import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '@redis/client';

/** Whether `redis-server` is installed. Where skips are refused, it must be. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis && process.env.CI_REFUSES_SKIPS === '1') {
  throw new Error('redis-server is not installed, and CI_REFUSES_SKIPS=1 refuses to skip its tests');
}

/** Part of the name of each group of tests that needs it. */
export const redisSkip = 'skipped where redis-server is not installed';

/** A real Redis server for one test, which keeps nothing on the disk. */
export class SpawnedRedis implements AsyncDisposable {
  #child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly args: readonly string[],
    private readonly folder: string,
  ) {}

  /** @param args options of `redis-server` */
  static start(...args: readonly string[]): Promise<SpawnedRedis> {
    return SpawnedRedis.#start((port) => ['--port', String(port)], args);
  }

  static async #start(
    listenOn: (port: number) => readonly string[],
    args: readonly string[],
  ): Promise<SpawnedRedis> {
    const folder = await mkdtemp(join(tmpdir(), 'backchannel-redis-'));
    const port = await freePort();
    const all = [...listenOn(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...args];
    const redis = new SpawnedRedis(port, all, folder);
    await redis.restart();
    return redis;
  }

  /** Starts one that accepts only TLS. */
  static startWithTls({ certFile, keyFile }: { readonly certFile: string; readonly keyFile: string }) {
    const port = (free: number) => ['--port', '0', '--tls-port', String(free)];
    const tls = ['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-auth-clients', 'no'];
    return SpawnedRedis.#start(port, tls);
  }

  /** @param options as in `user:password@`, and `/database` */
  url({ userInfo = '', scheme = 'redis', path = '' } = {}): string {
    return `${scheme}://${userInfo}127.0.0.1:${this.port}${path}`;
  }

  /** Starts it again on the same port, empty, once it has ended. Resolves when it accepts connections. */
  async restart(): Promise<void> {
    this.#child = spawn('redis-server', this.args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const printed: string[] = [];
    const ended = once(this.#child, 'exit').then(() => {
      throw new Error(`redis-server has ended: ${printed.join('\n')}`);
    });
    const ready = new Promise<void>((resolve) => {
      createInterface(this.#child!.stdout!).on('line', (line) => {
        printed.push(line);
        if (line.includes('Ready to accept connections')) resolve();
      });
    });
    await Promise.race([ready, ended]);
    ended.catch(() => {});
  }

  /** @returns a copy of all data, for {@link putBack} */
  async copy(): Promise<Buffer> {
    await this.command('SAVE');
    const copy = await readFile(this.#dumpFile);
    await rm(this.#dumpFile);
    return copy;
  }

  /** Ends it with SIGKILL and starts it again with the copy as its data. */
  async putBack(copy: Buffer): Promise<void> {
    await this.kill();
    await writeFile(this.#dumpFile, copy);
    await this.restart();
    // so that it is empty at the next start
    await rm(this.#dumpFile);
  }

  get #dumpFile(): string {
    return join(this.folder, 'dump.rdb');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child!.kill(signal);
  }

  /** Ends it with SIGKILL, as when its machine fails. */
  async kill(): Promise<void> {
    if (this.#child!.exitCode !== null || this.#child!.signalCode !== null) return;
    const ended = once(this.#child!, 'exit');
    this.signal('SIGKILL');
    await ended;
  }

  /** Sends one command, over a connection of its own. */
  async command(...args: readonly string[]): Promise<unknown> {
    const client = await createClient({ url: this.url(), RESP: 2 }).connect();
    try {
      return await client.sendCommand([...args]);
    } finally {
      client.destroy();
    }
  }

  /** The keys that match a pattern. */
  async keys(pattern: string): Promise<string[]> {
    return (await this.command('KEYS', pattern)) as string[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true });
  }
}

/** A real cluster of three nodes without replicas, each with a third of the slots. */
export class SpawnedRedisCluster implements AsyncDisposable {
  private constructor(readonly nodes: readonly SpawnedRedis[]) {}

  /** Resolves when every node says that the cluster is ok. */
  static async start(...args: readonly string[]): Promise<SpawnedRedisCluster> {
    const nodes = await Promise.all(
      SLOTS.map(async () =>
        SpawnedRedis.start('--cluster-enabled', 'yes', '--cluster-port', String(await freePort()), ...args),
      ),
    );
    const cluster = new SpawnedRedisCluster(nodes);
    try {
      await cluster.#form();
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  async #form(): Promise<void> {
    const [first, ...others] = this.nodes;
    await Promise.all(
      this.nodes.map((node, index) => node.command('CLUSTER', 'ADDSLOTSRANGE', ...SLOTS[index]!.map(String))),
    );
    for (const other of others) {
      const [, busPort] = (await other.command('CONFIG', 'GET', 'cluster-port')) as [string, string];
      await first!.command('CLUSTER', 'MEET', '127.0.0.1', String(other.port), busPort);
    }
    await this.ok();
  }

  get url(): string {
    return this.nodes[0]!.url();
  }

  signal(signal: NodeJS.Signals): void {
    for (const node of this.nodes) node.signal(signal);
  }

  /** Resolves when every node says that the cluster is ok, and knows the others. */
  async ok(): Promise<void> {
    for (const node of this.nodes) {
      for (;;) {
        const info = String(await node.command('CLUSTER', 'INFO'));
        if (info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3')) break;
        // the nodes gossip, and do not report when they have finished
        await pause(50);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node[Symbol.asyncDispose]()));
  }
}

const SLOTS = [
  [0, 5460],
  [5461, 10_922],
  [10_923, 16_383],
] as const;

/** A port that was free a moment ago, because Redis accepts no port 0. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
