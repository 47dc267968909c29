// A store that runs one operation many times, and reports the operations per second. `store.ts ours | raw`; its
// settings are in its environment, like those of the service.
import { join } from 'node:path';
import {
  channelOf,
  CONTENT,
  type Engine,
  ENTRIES,
  idOf,
  LIFETIME_MS,
  LOGGED,
  MEMBERS,
} from './engines/engine.ts';
import { loadRedis, rawRedis } from './engines/raw-redis.ts';
import { loadSqlite, rawSqlite } from './engines/raw-sqlite.ts';

const DIST = process.env.BACKCHANNEL_DIST ?? join(import.meta.dirname, '../../../dist');
const { REDIS_URL = '', DATA_DIR = '' } = process.env;
/** Operations in flight, as with that many concurrent requests of API Gateway. */
const CONCURRENCY = 64;
/** The first number of the connections that the benchmark itself puts and removes. */
const FIRST_NEW = 2_000_000;

type Store = import('../../../src/nest/store/store.js').Store;
type ConnectionId = import('../../../src/api/integration.js').ConnectionId;
type ChannelName = import('../../../src/api/messages.js').ChannelName;

interface Run {
  readonly operation: keyof Engine;
  readonly count: number;
  /** The number of connections in the store. */
  readonly connections: number;
}

const load = async <T>(file: string) => (await import(join(DIST, file))) as T;

async function openStore(): Promise<Store> {
  const opening =
    await load<typeof import('../../../src/nest/store/open-store.js')>('nest/store/open-store.js');
  const { readConfig } = await load<typeof import('../../../src/nest/environment/read-config.js')>(
    'service/configuration/read-config.js',
  );
  return opening.openStore(readConfig(), () => undefined);
}

async function ours(): Promise<Engine> {
  const store = await openStore();
  for (let n = 0; n < ENTRIES; n++) {
    await store.logs.append(LOGGED as ChannelName, CONTENT, { messages: ENTRIES, ageMs: LIFETIME_MS });
  }
  return {
    put: (id) =>
      store.connections.putConnection({
        connectionId: id as ConnectionId,
        connectedAt: Date.now(),
        expiresAt: Date.now() + LIFETIME_MS,
      }),
    join: (channel, id) => store.memberships.join(channel as ChannelName, id as ConnectionId, 100),
    touch: (id) => store.connections.touchConnection(id as ConnectionId),
    isMember: (channel, id) => store.memberships.isMember(channel as ChannelName, id as ConnectionId),
    async members(channel) {
      for await (const page of store.memberships.members(channel as ChannelName)) return page;
      throw new Error(`${channel} has no members`);
    },
    history: (after) => store.logs.readLog(LOGGED as ChannelName, after, 100),
    remove: (id) => store.connections.removeConnection(id as ConnectionId),
  };
}

const raw = () => (REDIS_URL ? rawRedis(REDIS_URL) : rawSqlite(DATA_DIR));
const engine = process.argv[2] === 'ours' ? await ours() : await raw();

const CALLS: Readonly<Record<keyof Engine, (n: number, connections: number) => unknown>> = {
  put: (n) => engine.put(idOf(FIRST_NEW + n)),
  join: (n, connections) => engine.join(channelOf(anyOf(n, connections)), idOf(FIRST_NEW + n)),
  touch: (n, connections) => engine.touch(idOf(anyOf(n, connections))),
  isMember(n, connections) {
    const member = anyOf(n, connections);
    return engine.isMember(channelOf(member), idOf(member));
  },
  members: (n, connections) => engine.members(channelOf(anyOf(n, connections))),
  history: (n) => engine.history((n * 97) % (ENTRIES - 100)),
  remove: (n) => engine.remove(idOf(FIRST_NEW + n)),
};

/** A different connection each time; the same sequence for both engines. */
const anyOf = (n: number, connections: number) => (n * 7_919 + MEMBERS / 2) % connections;

process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());
process.on('message', (message) => void handle(message as { run?: Run; load?: [number, number] }));
process.send?.({ ready: true });

async function handle(message: { readonly run?: Run; readonly load?: [number, number] }): Promise<void> {
  if (message.load) {
    if (REDIS_URL) await loadRedis(REDIS_URL, ...message.load);
    else loadSqlite(DATA_DIR, ...message.load);
    process.send?.({ load: true });
  }
  if (message.run) process.send?.({ run: await perSecond(message.run) });
}

async function perSecond({ operation, count, connections }: Run): Promise<number> {
  const call = CALLS[operation];
  const numbers = Array.from({ length: count }, (_, n) => n).values();
  const worker = async () => {
    for (const n of numbers) await call(n, connections);
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return (count / (performance.now() - startedAt)) * 1000;
}
