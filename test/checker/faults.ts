import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, LEASE_MS } from './cluster.ts';
import { type FaultKind, isGeneral } from './guarantees.ts';
import { poll } from './limits.ts';
import { type Random } from './random.ts';
import { type ProxyMode } from './tcp-proxy.ts';
import { LARGE_CHANNEL } from './workload.ts';

/** A fault of a schedule. Everything about it is decided by the seed. */
export interface PlannedFault {
  readonly kind: FaultKind;
  /** Pause before it. */
  readonly afterMs: number;
  /** Which task, if it concerns one. */
  readonly task: number;
  /** How long it lasts. */
  readonly ms: number;
  /** How strong it is, from 0 to 1. */
  readonly strength: number;
}

/** The clients that a fault needs. */
export interface FaultTarget {
  readonly members: readonly { reconnect(pauseMs: number): void }[];
  /** Publishes a message to a channel. */
  announce(channel: string): Promise<unknown>;
}

/**
 * Plans an endless series of faults. Each kind comes once before one comes again, those that are particular
 * to the kind of store alternating with the others, so that a short run has some of both.
 *
 * @param tasks the number of tasks
 */
export function* planFaults(
  kinds: readonly FaultKind[],
  tasks: number,
  random: Random,
): Generator<PlannedFault> {
  for (;;) {
    for (const kind of alternating(random.shuffle(kinds))) {
      yield {
        kind,
        afterMs: random.integer(300, 1200),
        task: random.integer(0, tasks - 1),
        ms: random.integer(500, 3000),
        strength: random.next(),
      };
    }
  }
}

function alternating(kinds: readonly FaultKind[]): FaultKind[] {
  const particular = kinds.filter((kind) => !isGeneral(kind));
  const general = kinds.filter(isGeneral);
  const pairs = Array.from({ length: kinds.length }, (_, n) => [particular[n], general[n]]);
  return pairs.flat().filter((kind) => kind !== undefined);
}

/** Injects one fault, and removes it. @returns what it was, for people */
export async function injectFault(
  fault: PlannedFault,
  cluster: Cluster,
  workload: FaultTarget,
): Promise<string> {
  const { kind, ms, strength } = fault;
  const { store, history } = cluster;
  const task = cluster.tasks[fault.task]!;
  switch (kind) {
    case 'kill-task':
      await task.kill();
      await sleep(ms / 2);
      await task.start();
      return `task ${task.number} for ${Math.round(ms / 2)} ms`;
    case 'freeze-task':
      return freeze(fault, cluster, workload);
    case 'rolling-restart':
      for (const each of cluster.tasks) {
        await each.stop();
        await each.start();
      }
      return 'all tasks';
    case 'clock-jump': {
      // a file has one task, whose clock is the store's: nothing may expire by it
      const farthestMs = store.tasks === 1 ? 30 * MINUTE_MS : 3 * 60 * MINUTE_MS;
      const clockOffsetMs = Math.round((strength * 2 - 1) * farthestMs);
      await task.disturb({ clockOffsetMs });
      await sleep(ms);
      await task.disturb({});
      return `task ${task.number} by ${Math.round(clockOffsetMs / MINUTE_MS)} min for ${ms} ms`;
    }
    case 'lost-service-responses':
      cluster.balancer.setMode({ kind: 'lose responses' });
      await sleep(ms / 2);
      cluster.balancer.setMode({ kind: 'pass' });
      return `for ${Math.round(ms / 2)} ms`;
    case 'throttled-callbacks': {
      // longer than the deadline of a callback, so that some are given up
      const rate = 0.7 + 0.3 * strength;
      await cluster.setGatewayFaults({ throttle: { rate }, seed: Math.floor(strength * 2 ** 32) });
      await sleep(3000 + ms);
      await cluster.setGatewayFaults({});
      return `${Math.round(rate * 100)} % for ${3000 + ms} ms`;
    }
    case 'lost-callback-responses':
      for (const { callbacks } of cluster.tasks) callbacks.lostResponses = 0.2 + 0.6 * strength;
      await sleep(ms);
      for (const { callbacks } of cluster.tasks) callbacks.lostResponses = 0;
      return `${Math.round(20 + 60 * strength)} % for ${ms} ms`;
    case 'dropped-disconnects': {
      await cluster.setGatewayFaults({ disconnect: 'drop' });
      for (const member of workload.members.slice(0, 8)) member.reconnect(ms / 2);
      await sleep(ms);
      await cluster.setGatewayFaults({});
      return `for ${ms} ms`;
    }
    case 'slow-store':
      return disturbStore(fault, cluster, { kind: 'delay', ms: Math.round(20 + 400 * strength) });
    case 'stalled-store':
      // longer than the timeout of a request
      return disturbStore({ ...fault, ms: ms + 1500 }, cluster, { kind: 'stall' });
    case 'cut-store':
      return disturbStore(fault, cluster, { kind: 'cut' });
    case 'lost-store-responses':
      return disturbStore({ ...fault, ms: ms / 2 }, cluster, { kind: 'lose responses' });
    case 'disk-full':
      // less than the store leaves free
      await task.disturb({ freeBytes: 1_000_000 });
      await sleep(ms);
      await task.disturb({});
      return `for ${ms} ms`;
    case 'older-file':
      await task.kill();
      await store.file!.copy();
      await task.start();
      await sleep(ms);
      await task.kill();
      await store.file!.restoreCopy();
      await task.start();
      return `${ms} ms old`;
    case 'store-restart':
      await store.redis!.restart(0);
      return 'killed';
    case 'power-loss': {
      const lostMs = Math.round(1000 * strength);
      await store.redis!.restart(lostMs);
      return `the last ${lostMs} ms`;
    }
    case 'failover':
      await store.redis!.failOver(ms / 2);
      return `the replica lagged ${Math.round(ms / 2)} ms`;
    case 'flush':
      await store.redis!.command('FLUSHALL');
      return 'all keys';
    case 'memory-full': {
      const used = await store.redis!.usedMemory();
      await store.redis!.command('CONFIG', 'SET', 'maxmemory', String(Math.max(1, used - 100_000)));
      await sleep(ms);
      await store.redis!.command('CONFIG', 'SET', 'maxmemory', '0');
      return `for ${ms} ms, at ${used} bytes`;
    }
  }
  const unknown: never = kind;
  throw new Error(`unknown fault ${String(unknown)} at ${history.now()}`);
}

/**
 * Freezes a task while it sends a shard, until another one has taken over the shard. All tasks send slowly meanwhile, so
 * that the shard is not finished before.
 */
async function freeze(
  { ms, strength }: PlannedFault,
  cluster: Cluster,
  workload: FaultTarget,
): Promise<string> {
  const { tasks, history } = cluster;
  for (const { callbacks } of tasks) callbacks.delayMs = SLOW_POST_MS;
  const from = history.events.length;
  await workload.announce(LARGE_CHANNEL);
  // a task that is in the middle of a shard: it has read its members, and most are still in its queue
  const senders = await poll(
    FIRST_POSTS_MS,
    async () => {
      const posts = history.events.slice(from).filter((event) => event.kind === 'post');
      const latest = Math.max(...posts.map(({ offset }) => offset));
      const byTask = Map.groupBy(
        posts.filter(({ offset }) => offset === latest),
        (post) => post.task,
      );
      const found = [...byTask].filter(([, sent]) => sent.length > FIRST_POSTS).map(([number]) => number);
      return found.length > 0 ? found : undefined;
    },
    20,
  );
  const number = senders?.[Math.floor(strength * senders.length)] ?? 0;
  const task = tasks[number]!;
  const beganAt = history.now();
  task.freeze();
  try {
    await sleep(LEASE_MS + 1500 + ms / 2);
  } finally {
    task.continue();
  }
  history.record({ kind: 'frozen', task: number, beganAt, endedAt: history.now() });
  // it goes on as slowly, so that what it should not send can be told from what it had begun
  await sleep(2000);
  for (const { callbacks } of tasks) callbacks.delayMs = 0;
  return `task ${number} for ${Math.round(history.now() - beganAt - 2000)} ms`;
}

async function disturbStore(
  { strength, task, ms }: PlannedFault,
  { store }: Cluster,
  mode: ProxyMode,
): Promise<string> {
  // of one task, or of all
  const proxies = strength < 0.5 ? [store.proxies[task]!] : store.proxies;
  for (const proxy of proxies) proxy.setMode(mode);
  await sleep(ms);
  for (const proxy of proxies) proxy.setMode({ kind: 'pass' });
  const how = mode.kind === 'delay' ? `by ${mode.ms} ms ` : '';
  return `${proxies.length === 1 ? `task ${task}` : 'all tasks'} ${how}for ${Math.round(ms)} ms`;
}

const MINUTE_MS = 60_000;
const SLOW_POST_MS = 120;
const FIRST_POSTS = 5;
const FIRST_POSTS_MS = 3000;
