import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child.ts';
import { figure, ratio, shown, table } from './figures.ts';
import { hasRedis, Redis } from './redis.ts';

interface Cost {
  readonly ms: number;
  /** Processor time of the task. */
  readonly cpuMs: number;
}

interface Measured extends Cost {
  /** Memory of the task, in bytes: resident, and of the heap what is in use. */
  readonly rssBefore: number;
  readonly rssPeak: number;
  readonly rssAfter: number;
  readonly heapBefore: number;
  readonly heapAfter: number;
}

const RECIPIENTS = [10, 100, 1_000, 10_000];
const MANY = 100_000;
const FEW = 10;
const CONNECTIONS = [1_000, 1_000_000];
/** Of those that take a moment only: the median of so many is a round. */
const TIMES = 50;

const program = (name: string) => join(import.meta.dirname, 'processes', `${name}.ts`);

/**
 * A message of a client's, from the service's `POST /message` to the last `@connections` post. Who is asked, `put`s members
 * and `publish`es to them: so a peer, such as Socket.IO on one node, would be another of `STORES`.
 */
export async function fanOut(rounds: number): Promise<string> {
  const sections: string[] = [];
  await using sink = Child.start(program('connections-sink'));
  const url = `${await sink.told<string>('listening')}/dev`;
  for (const [name, open] of Object.entries(STORES)) {
    sections.push(`### With ${name}`);
    for (const measure of [growth, manyMembers, latency]) {
      await using cleanUp = new AsyncDisposableStack();
      const settings = await open(cleanUp);
      sections.push(await measure(rounds, () => startTask({ ...taskOf(url), ...settings })));
    }
  }
  if (!hasRedis) sections.push('Redis was not measured: `redis-server` is not installed.');
  sections.push('Socket.IO was not measured: it is not installed.');
  return sections.join('\n\n');
}

/** Settings of a store that is empty. */
const STORES: Readonly<Record<string, (cleanUp: AsyncDisposableStack) => Promise<NodeJS.ProcessEnv>>> = {
  async 'the embedded store'(cleanUp) {
    const dataDir = await mkdtemp(join(tmpdir(), 'backchannel-bench-'));
    cleanUp.defer(() => rm(dataDir, { recursive: true }));
    return { DATA_DIR: dataDir };
  },
  ...(hasRedis && {
    async Redis(cleanUp) {
      const redis = cleanUp.use(await Redis.start());
      return { STORE: 'redis', REDIS_URL: redis.url };
    },
  }),
};

const taskOf = (url: string): NodeJS.ProcessEnv => ({
  WS_API_ENDPOINT: url,
  PORT: '0',
  LOG_LEVEL: 'warn',
  AWS_ACCESS_KEY_ID: 'AKIABENCH',
  AWS_SECRET_ACCESS_KEY: 'bench',
});

async function startTask(settings: NodeJS.ProcessEnv): Promise<Child> {
  const task = Child.start(program('task'), [], ['--expose-gc'], settings);
  await task.told('ready');
  return task;
}

const channelOf = (count: number) => `to${count}`;
const firstOf = (count: number) => `${channelOf(count).padEnd(7, '_')}00000000=`;

async function fill(task: Child, count: number): Promise<void> {
  await task.ask({ put: { count, channel: channelOf(count) } }, 'put');
}

async function publish(task: Child, count: number, collectsGarbage = false): Promise<Measured> {
  return task.ask(
    { publish: { channel: channelOf(count), from: firstOf(count), collectsGarbage } },
    'publish',
  );
}

/** What a recipient costs, however many there are. */
async function growth(rounds: number, start: () => Promise<Child>): Promise<string> {
  await using task = await start();
  const results = new Map(RECIPIENTS.map((count) => [count, [] as Cost[]]));
  for (const count of RECIPIENTS) await fill(task, count);
  // the first round is thrown away: nothing is compiled yet
  for (let round = -1; round < rounds; round++) {
    for (const count of RECIPIENTS) {
      const measured = await typical(task, count, Math.max(1, Math.min(TIMES, 10_000 / count)));
      if (round >= 0) results.get(count)!.push(measured);
    }
  }
  const per = (count: number, what: 'ms' | 'cpuMs') =>
    results.get(count)!.map((each) => (each[what] / count) * 1000);
  return table(
    ['publish to', 'ms', 'µs for each recipient', 'of that with 100', 'CPU for each, µs'],
    RECIPIENTS.map((count) => [
      count.toLocaleString('en-US'),
      shown(figure(results.get(count)!.map(({ ms }) => ms)), 1),
      shown(figure(per(count, 'ms'))),
      shown(ratio(per(count, 'ms'), per(100, 'ms')), 2),
      shown(figure(per(count, 'cpuMs'))),
    ]),
  );
}

/** Whether those who are not recipients cost anything. The store only grows, so rounds cannot be run by turns. */
async function latency(rounds: number, start: () => Promise<Child>): Promise<string> {
  await using task = await start();
  const results: { readonly connections: number; readonly ms: readonly number[] }[] = [];
  await fill(task, FEW);
  for (const connections of CONNECTIONS) {
    await task.ask({ put: { count: connections } }, 'put');
    const ms: number[] = [];
    await typical(task, FEW, 5 * TIMES);
    for (let round = 0; round < rounds; round++) ms.push((await typical(task, FEW, TIMES)).ms);
    results.push({ connections, ms });
  }
  const few = results[0]!.ms;
  return table(
    [`publish to ${FEW}, connections in the store`, 'ms', 'ratio'],
    results.map(({ connections, ms }) => [
      connections.toLocaleString('en-US'),
      shown(figure(ms), 2),
      shown(ratio(ms, few), 2),
    ]),
  );
}

/** Memory, and what it costs to read the members, beside posting to them. */
async function manyMembers(rounds: number, start: () => Promise<Child>): Promise<string> {
  {
    // the memory that this takes is not what is measured
    await using filling = await start();
    await fill(filling, MANY);
  }
  await using task = await start();
  const channel = channelOf(MANY);
  const published: Measured[] = [];
  const read: Measured[] = [];
  for (let round = -1; round < rounds; round++) {
    const one = await publish(task, MANY, true);
    const other = await task.ask<Measured>({ read: { channel } }, 'read');
    if (round < 0) continue;
    published.push(one);
    read.push(other);
  }
  const of = (from: readonly Measured[], what: keyof Measured) => from.map((each) => each[what]);
  const megabytes = (what: Exclude<keyof Measured, keyof Cost>) =>
    shown(figure(of(published, what).map((bytes) => bytes / 1024 ** 2)));
  return table(
    [`publish to ${MANY.toLocaleString('en-US')}`, ''],
    [
      ['posts/s', shown(figure(of(published, 'ms').map((ms) => (MANY / ms) * 1000)))],
      ['all in all, ms', shown(figure(of(published, 'ms')))],
      ['reading the members alone, ms', shown(figure(of(read, 'ms')))],
      ['of all', shown(ratio(of(read, 'ms'), of(published, 'ms')), 3)],
      ['reading, CPU of all CPU', shown(ratio(of(read, 'cpuMs'), of(published, 'cpuMs')), 3)],
      ['resident memory before, MB', megabytes('rssBefore')],
      ['at most meanwhile, MB', megabytes('rssPeak')],
      ['after, MB', megabytes('rssAfter')],
      ['heap in use before, MB', megabytes('heapBefore')],
      ['after, MB', megabytes('heapAfter')],
    ],
  );
}

/** The median of several that take a moment only. */
async function typical(task: Child, count: number, times: number): Promise<Cost> {
  const all: Measured[] = [];
  for (let time = 0; time < times; time++) all.push(await publish(task, count));
  const median = (what: 'ms' | 'cpuMs') => figure(all.map((each) => each[what])).median;
  return { ms: median('ms'), cpuMs: median('cpuMs') };
}
