import { mkdir, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import { freePort } from '../bench/redis.ts';
import { poll } from './limits.ts';
import { Program } from './program.ts';

/** A Redis server that can be killed and started again with what it has on the disk. */
export class RedisProcess implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #options: readonly string[];
  #program: Program | undefined;
  #isDisposed = false;

  private constructor(port: number, folder: string, options: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#options = options;
  }

  /** @param folder of its files; created */
  static async start(folder: string, options: readonly string[]): Promise<RedisProcess> {
    await mkdir(folder);
    const redis = new RedisProcess(await freePort(), folder, options);
    await redis.start();
    return redis;
  }

  /** Starts it again, once it was killed. */
  async start(): Promise<void> {
    if (this.#isDisposed) throw new Error('the check has ended');
    const always = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder, '--save', ''];
    this.#program = await Program.start({
      command: 'redis-server',
      args: [...always, ...this.#options],
      logFile: join(this.#folder, 'redis.log'),
    });
    const isReady = await poll(READY_MS, () =>
      this.command('PING').then(
        (reply) => reply === 'PONG' || undefined,
        () => undefined,
      ),
    );
    if (isReady === undefined) throw new Error(`redis-server did not start: see ${this.#folder}/redis.log`);
  }

  async kill(): Promise<void> {
    await this.#program!.kill();
  }

  /** Sends one command, over a connection of its own. */
  async command(...args: readonly string[]): Promise<unknown> {
    const socket = {
      host: '127.0.0.1',
      port: this.port,
      connectTimeout: 1000,
      reconnectStrategy: false,
    } as const;
    const client = createClient({ socket, RESP: 2 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.sendCommand([...args]);
    } finally {
      client.destroy();
    }
  }

  /** A value of `INFO`. */
  async info(name: string): Promise<string> {
    const text = String(await this.command('INFO'));
    return new RegExp(`^${name}:(.*)\r$`, 'm').exec(text)?.[1] ?? '';
  }

  /** The size of what it has appended. */
  async appendedBytes(): Promise<number> {
    return (await stat(await this.#appendedFile())).size;
  }

  /** Removes what it has appended after this size. It must not run. */
  async truncateAppended(bytes: number): Promise<void> {
    await truncate(await this.#appendedFile(), bytes);
  }

  async #appendedFile(): Promise<string> {
    const folder = join(this.#folder, 'appendonlydir');
    const file = (await readdir(folder)).find((name) => name.endsWith('.incr.aof'));
    if (file === undefined) throw new Error(`${folder} has no append-only file`);
    return join(folder, file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    await this.#program?.kill();
  }
}

const READY_MS = 10_000;
