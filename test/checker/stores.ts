import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type StoreName } from './guarantees.ts';
import { poll } from './limits.ts';
import { Program } from './program.ts';
import { RedisProcess } from './redis-process.ts';
import { TcpProxy } from './tcp-proxy.ts';

/** A store for one run, and how tasks reach it. */
export interface CheckedStore {
  /** The number of tasks that share it. */
  readonly tasks: number;
  /** By task: what its connections to the store go through. Empty for a file. */
  readonly proxies: readonly TcpProxy[];
  /** Settings of a task. */
  settings(task: number): NodeJS.ProcessEnv;
  readonly redis?: RedisFaults;
  readonly file?: FileFaults;
}

/** What can happen to Redis. */
export interface RedisFaults {
  /** Kills it, and starts it again. @param lostMs what it has appended in this time is lost */
  restart(lostMs: number): Promise<void>;
  /** Promotes a replica that has received nothing for this time. */
  failOver(lagMs: number): Promise<void>;
  command(...args: readonly string[]): Promise<unknown>;
  /** Bytes that its data takes. */
  usedMemory(): Promise<number>;
}

/** What can happen to the file of the embedded store while no task has it open. */
export interface FileFaults {
  copy(): Promise<void>;
  /** Puts the last copy in its place. */
  restoreCopy(): Promise<void>;
}

/** Opens an empty store. @param folder for its files; @param dist of the built service */
export async function openStore(
  name: StoreName,
  folder: string,
  dist: string,
  cleanUp: AsyncDisposableStack,
): Promise<CheckedStore> {
  switch (name) {
    case 'embedded':
      return openEmbedded(folder);
    case 'redis-aof':
      return openRedisWithFile(folder, cleanUp);
    case 'redis-failover':
      return openRedisPair(folder, cleanUp);
    case 'dynamodb':
      return openDynamoDb(folder, dist, cleanUp);
  }
  return name satisfies never;
}

const TASKS = 3;

async function openEmbedded(folder: string): Promise<CheckedStore> {
  const [dataDir, copies] = [join(folder, 'data'), join(folder, 'copies')];
  await mkdir(copies);
  const copyFiles = async (from: string, to: string) => {
    for (const file of await readdir(to)) if (isDatabase(file)) await rm(join(to, file));
    for (const file of await readdir(from))
      if (isDatabase(file)) await copyFile(join(from, file), join(to, file));
  };
  return {
    tasks: 1,
    proxies: [],
    settings: () => ({ STORE: 'embedded', DATA_DIR: dataDir }),
    file: {
      copy: () => copyFiles(dataDir, copies),
      restoreCopy: () => copyFiles(copies, dataDir),
    },
  };
}

/** The database and its write-ahead log, and not what else is beside them. */
const isDatabase = (file: string) => file.startsWith('backchannel.sqlite');

async function openProxies(port: () => number, cleanUp: AsyncDisposableStack): Promise<readonly TcpProxy[]> {
  return Promise.all(
    Array.from({ length: TASKS }, async () => cleanUp.use(await TcpProxy.start(() => [port()]))),
  );
}

const redisSettings = (proxies: readonly TcpProxy[]) => (task: number) => ({
  STORE: 'redis',
  REDIS_URL: `redis://127.0.0.1:${proxies[task]!.port}`,
  STORE_TIMEOUT_MS: '2000',
});

async function openRedisWithFile(folder: string, cleanUp: AsyncDisposableStack): Promise<CheckedStore> {
  const aof = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--aof-load-truncated', 'yes'];
  // one file, so that what was appended last is at its end
  const redis = cleanUp.use(
    await RedisProcess.start(join(folder, 'redis'), [...aof, '--auto-aof-rewrite-percentage', '0']),
  );
  const proxies = await openProxies(() => redis.port, cleanUp);
  return {
    tasks: TASKS,
    proxies,
    settings: redisSettings(proxies),
    redis: {
      async restart(lostMs) {
        const bytes = await redis.appendedBytes();
        await sleep(lostMs);
        await redis.kill();
        if (lostMs > 0) await redis.truncateAppended(bytes);
        await redis.start();
      },
      failOver: () => Promise.reject(new Error('it has no replica')),
      command: (...args) => redis.command(...args),
      usedMemory: async () => Number(await redis.info('used_memory')),
    },
  };
}

async function openRedisPair(folder: string, cleanUp: AsyncDisposableStack): Promise<CheckedStore> {
  const options = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'];
  const start = async (name: string) => cleanUp.use(await RedisProcess.start(join(folder, name), options));
  let [primary, replica] = await Promise.all([start('redis-1'), start('redis-2')]);
  // what the replica receives passes through here
  const link = cleanUp.use(await TcpProxy.start(() => [primary.port]));
  const proxies = await openProxies(() => primary.port, cleanUp);
  const replicate = async () => {
    await replica.command('REPLICAOF', '127.0.0.1', String(link.port));
    const isLinked = await poll(LINK_MS, async () =>
      (await replica.info('master_link_status')) === 'up' ? true : undefined,
    );
    if (isLinked === undefined) throw new Error(`the replica is not linked after ${LINK_MS} ms`);
  };
  await replicate();
  return {
    tasks: TASKS,
    proxies,
    settings: redisSettings(proxies),
    redis: {
      restart: () => Promise.reject(new Error('it has no file')),
      async failOver(lagMs) {
        link.setMode({ kind: 'stall' });
        await sleep(lagMs);
        await primary.kill();
        // what was stalled must not arrive
        link.closeConnections();
        link.setMode({ kind: 'pass' });
        await replica.command('REPLICAOF', 'NO', 'ONE');
        [primary, replica] = [replica, primary];
        for (const proxy of proxies) proxy.closeConnections();
        await replica.start();
        await replicate();
      },
      command: (...args) => primary.command(...args),
      usedMemory: async () => Number(await primary.info('used_memory')),
    },
  };
}

const LINK_MS = 15_000;

async function openDynamoDb(
  folder: string,
  dist: string,
  cleanUp: AsyncDisposableStack,
): Promise<CheckedStore> {
  const { program, url } = await Program.listening({
    command: process.execPath,
    args: [join(import.meta.dirname, 'dynamodb-process.ts')],
    logFile: join(folder, 'dynamodb.log'),
  });
  cleanUp.use(program);
  const port = Number(new URL(url).port);
  const table = `check-${randomUUID()}`;
  const { tableDefinition } = (await import(join(dist, 'nest/store/dynamodb/table-definition.js'))) as {
    tableDefinition: Omit<CreateTableCommandInput, 'TableName'>;
  };
  const client = new DynamoDBClient({ endpoint: url, region: REGION, credentials: CREDENTIALS });
  await client.send(new CreateTableCommand({ ...tableDefinition, TableName: table }));
  client.destroy();
  const proxies = await openProxies(() => port, cleanUp);
  return {
    tasks: TASKS,
    proxies,
    settings: (task) => ({
      STORE: 'dynamodb',
      DYNAMODB_TABLE: table,
      DYNAMODB_ENDPOINT: `http://127.0.0.1:${proxies[task]!.port}`,
      AWS_REGION: REGION,
      STORE_TIMEOUT_MS: '2000',
    }),
  };
}

const REGION = 'eu-central-1';
const CREDENTIALS = { accessKeyId: 'check', secretAccessKey: 'check' };
