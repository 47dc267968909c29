import { checkHistory, type Violation } from './checks.ts';
import { Cluster, QUEUED_MEMBERS } from './cluster.ts';
import { injectFault, type PlannedFault, planFaults } from './faults.ts';
import { type FaultKind, faultsOf, type StoreName } from './guarantees.ts';
import { History, type Position } from './history.ts';
import { poll } from './limits.ts';
import { pause } from './publishers.ts';
import { readLog } from './read-log.ts';
import { Random } from './random.ts';
import { tokenOf, WITH_USERS } from './users.ts';
import { CHANNELS, Workload } from './workload.ts';

export interface CheckOptions {
  readonly store: StoreName;
  readonly seed: string;
  /** In all, with start and end. On a busy machine it takes longer, so that there is some time for faults. */
  readonly seconds: number;
  /** That time. */
  readonly minFaultSeconds?: number;
  /** For logs and data. */
  readonly folder: string;
  /** Of the built programs. */
  readonly dist: string;
  /** All of the store's by default. */
  readonly faults?: readonly FaultKind[] | undefined;
  /** Prints a line. */
  readonly print: (line: string) => void;
  /** Ends the check early. */
  readonly signal: AbortSignal;
}

/** A checked run. */
export interface CheckedRun {
  readonly store: StoreName;
  readonly history: History;
  readonly violations: readonly Violation[];
}

/**
 * Runs the service on one store under faults, and checks what happened.
 *
 * @throws {DOMException} it was ended early
 * @throws {Error} something that must work did not, such as the start of a task
 */
export async function checkStore(options: CheckOptions): Promise<CheckedRun> {
  const { store, seed, seconds, minFaultSeconds = 10, print, signal } = options;
  const startedAt = performance.now();
  const random = new Random(`${seed} ${store}`);
  const history = new History();
  // a user's key is valid on all of its connections, and memberships are lost in another way
  const hasUsers = random.fork('users').chance(0.5);
  await using cluster = await Cluster.start({
    ...options,
    history,
    random: random.fork('cluster'),
    ...(hasUsers && { settings: WITH_USERS }),
  });
  using workload = new Workload({
    urlFor: (name) => (hasUsers ? `${cluster.webSocketUrl}?token=${tokenOf(name)}` : cluster.webSocketUrl),
    hasUsers,
    api: cluster.api,
    history,
    random: random.fork('workload'),
    listeners: store === 'dynamodb' ? 100 : 150,
  });
  await workload.connect(signal);
  await poll(JOIN_MS, async () => workload.areAllJoined || signal.aborted || undefined);
  const remainingMs = seconds * 1000 - (performance.now() - startedAt) - END_MS;
  const faultMs = Math.max(minFaultSeconds * 1000, remainingMs);
  print(`${store}: started in ${elapsed(startedAt)}; faults for ${Math.round(faultMs / 1000)} s`);

  const ending = new AbortController();
  const working = workload.run(AbortSignal.any([ending.signal, signal]));
  const plan = planFaults(options.faults ?? faultsOf(store), cluster.tasks.length, random.fork('faults'));
  try {
    const faults = injectFaults(plan, performance.now() + faultMs, cluster, workload, options);
    await unlessAborted(signal, faults);
    await pause(SETTLE_MS, signal);
  } finally {
    ending.abort();
  }
  await unlessAborted(signal, working);
  print(`${store}: no more faults; waiting until every member has the last message`);

  await unlessAborted(signal, readEnd(cluster, workload, history));
  const violations = checkHistory(history.events, QUEUED_MEMBERS);
  print(
    `${store}: checked ${history.events.length} events: ${violations.length} violations, ${elapsed(startedAt)}`,
  );
  return { store, history, violations };
}

/** @throws {DOMException} the signal came first: what was begun is abandoned */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abandon = () => reject(signal.reason as Error);
  signal.addEventListener('abort', abandon);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abandon);
  }
}

async function injectFaults(
  plan: Iterable<PlannedFault>,
  deadline: number,
  cluster: Cluster,
  workload: Workload,
  { store, print, signal }: CheckOptions,
): Promise<void> {
  const { history } = cluster;
  for (const fault of plan) {
    await pause(fault.afterMs, signal);
    if (performance.now() >= deadline || signal.aborted) return;
    const beganAt = history.now();
    const detail = await injectFault(fault, cluster, workload);
    const endedAt = history.now();
    history.record({ kind: 'fault', fault: fault.kind, beganAt, endedAt, detail });
    print(`${store}: ${(beganAt / 1000).toFixed(1)} s ${fault.kind}: ${detail}`);
  }
}

/** Publishes a last message to each channel, and records what the members and the service have of it. */
async function readEnd(cluster: Cluster, workload: Workload, history: History): Promise<void> {
  for (const channel of CHANNELS) {
    if (!(await workload.announce(channel)))
      throw new Error(`the last message of ${channel} was not published`);
  }
  const logs = await Promise.all(CHANNELS.map((channel) => readLog(cluster.api, channel)));
  for (const log of logs) history.record(log);
  const ends = new Map(logs.map(({ channel, position }) => [channel, position]));
  await poll(CONVERGE_MS, async () => {
    const areAll = workload.members.every((member) =>
      member.channels.every((channel) => isSame(member.position(channel), ends.get(channel))),
    );
    return areAll || undefined;
  });
  for (const member of workload.members) {
    for (const channel of member.channels) {
      const position = member.position(channel);
      history.record({ kind: 'final', process: member.name, channel, ...(position && { position }) });
    }
  }
  const presences = await Promise.all(CHANNELS.map((channel) => readPresence(cluster, workload, channel)));
  for (const presence of presences) history.record(presence);
}

const isSame = (a: Position | undefined, b: Position | undefined) =>
  a !== undefined && a.epoch === b?.epoch && a.offset === b.offset;

/** Waits until the members are those that are connected: the service notices with a sweep that others have left. */
async function readPresence(cluster: Cluster, workload: Workload, channel: string) {
  let seen = { kind: 'presence' as const, channel, present: [] as string[], live: [] as string[] };
  await poll(PRESENCE_MS, async () => {
    const live = workload.members
      .filter((member) => member.channels.includes(channel))
      // without an id it is missing in any case
      .map((member) => cluster.connectionIdOf(member.name, member.firstRequest) ?? member.name);
    seen = { kind: 'presence', channel, present: await readMembers(cluster, channel), live };
    return live.toSorted().join() === seen.present.toSorted().join() || undefined;
  });
  return seen;
}

async function readMembers({ api }: Cluster, channel: string): Promise<string[]> {
  const { members } = (await api.read(`/v1/channels/${encodeURIComponent(channel)}/members`)) as {
    members: readonly { connectionId: string }[];
  };
  return members.map(({ connectionId }) => connectionId);
}

const elapsed = (startedAt: number) => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;

/** Then faults begin, also if not every member has joined. */
const JOIN_MS = 15_000;
/** The usual time from the last fault to the result. */
const END_MS = 10_000;
/** After the last fault, messages go on: they show what is missing. */
const SETTLE_MS = 2500;
const CONVERGE_MS = 30_000;
const PRESENCE_MS = 30_000;
