import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { checkHistory } from '../checker/checks.ts';
import { Cluster, QUEUED_MEMBERS } from '../checker/cluster.ts';
import { injectFault, planFaults } from '../checker/faults.ts';
import { type FaultKind } from '../checker/guarantees.ts';
import { History } from '../checker/history.ts';
import { poll } from '../checker/limits.ts';
import { ApiPublisher, pause } from '../checker/publishers.ts';
import { Random } from '../checker/random.ts';
import { readLog } from '../checker/read-log.ts';
import { tokenOf, WITH_USERS } from '../checker/users.ts';
import { RecordedClient } from './recorded-client.js';
import { happen, planEvents } from './schedule.js';

/** Another one makes other choices; a failure names it. */
const SEED = process.env.CLIENT_SEED ?? '1';
const CLIENTS = 200;
const CHANNELS = Array.from({ length: 20 }, (_, n) => `room-${n + 1}`);
const CHANNELS_PER_CLIENT = 3;
/** To clients; those to the service and its store happen at the same time. */
const EVENTS = 500;
const FAULTS: readonly FaultKind[] = [
  'kill-task',
  'throttled-callbacks',
  'lost-callback-responses',
  'lost-service-responses',
  'dropped-disconnects',
  'slow-store',
  'store-restart',
  'power-loss',
];
const CONVERGE_MS = 60_000;

it(`every client has exactly the log of each channel, in order, after ${EVENTS} events (seed ${SEED})`, async () => {
  const random = new Random(`client ${SEED}`);
  const history = new History();
  const folder = await mkdtemp(join(tmpdir(), 'backchannel-live-client-'));
  await using cluster = await Cluster.start({
    store: 'redis-aof',
    folder,
    dist: join(import.meta.dirname, '../../dist'),
    history,
    random: random.fork('cluster'),
    settings: WITH_USERS,
  });
  const clients = Array.from({ length: CLIENTS }, (_, n) => {
    const name = `client-${n + 1}`;
    const url = `${cluster.webSocketUrl}?token=${tokenOf(name)}`;
    return new RecordedClient({ name, url, history });
  });
  for (const [n, client] of clients.entries()) {
    for (const channel of random.shuffle(CHANNELS).slice(0, CHANNELS_PER_CLIENT)) client.join(channel);
    if (n % 10 === 9) await sleep(50);
  }
  const publisher = new ApiPublisher({
    name: 'backend',
    api: cluster.api,
    history,
    random: random.fork('backend'),
    channels: CHANNELS,
    hasKeys: true,
  });

  const ending = new AbortController();
  const publishing = Promise.all([
    publisher.run(ending.signal),
    publishFromClients(clients, random.fork('publishers'), ending.signal),
  ]);
  const faultsEnding = new AbortController();
  const target = {
    members: clients.slice(0, 8).map((client) => ({ reconnect: () => client.cut() })),
    announce: (channel: string) => publisher.publish(channel),
  };
  const faults = (async () => {
    for (const fault of planFaults(FAULTS, cluster.tasks.length, random.fork('faults'))) {
      if (faultsEnding.signal.aborted) return;
      const beganAt = history.now();
      const detail = await injectFault(fault, cluster, target);
      history.record({ kind: 'fault', fault: fault.kind, beganAt, endedAt: history.now(), detail });
      await pause(fault.afterMs, faultsEnding.signal);
    }
  })();
  const happening: Promise<void>[] = [];
  for (const event of planEvents(EVENTS, CLIENTS, random.fork('events'))) {
    await sleep(event.afterMs);
    happening.push(happen(event, clients[event.client]!, CHANNELS));
  }
  faultsEnding.abort();
  await faults;
  await Promise.all(happening);
  ending.abort();
  await publishing;
  await Promise.all(clients.map(async (client) => client.settled()));

  const logs = await Promise.all(
    CHANNELS.map(async (channel) => {
      expect((await publisher.publish(channel)).outcome).toBe('ok');
      return readLog(cluster.api, channel);
    }),
  );
  for (const log of logs) history.record(log);
  const ends = new Map(logs.map(({ channel, position }) => [channel, position]));
  await poll(CONVERGE_MS, async () => {
    const areThere = clients.every((client) =>
      client.channels.every((channel) => {
        const [own, end] = [client.position(channel), ends.get(channel)];
        return own?.epoch === end?.epoch && own?.offset === end?.offset;
      }),
    );
    return areThere || undefined;
  });
  for (const client of clients) {
    for (const channel of client.channels) {
      const position = client.position(channel);
      history.record({ kind: 'final', process: client.name, channel, ...(position && { position }) });
    }
  }
  await Promise.all(clients.map(async ({ client }) => client.close()));

  await writeFile(join(folder, 'history.jsonl'), history.text());
  const violations = checkHistory(history.events, QUEUED_MEMBERS);
  const found = violations.map(({ rule, message }) => `${rule}: ${message}`);
  expect(found, `the history and the logs are in ${folder}`).toEqual([]);
  const published = history.events.filter((event) => event.kind === 'publish');
  const handled = history.events.filter((event) => event.kind === 'handled');
  // it was a run in which something happened
  expect(published.filter(({ outcome }) => outcome === 'ok').length).toBeGreaterThan(200);
  expect(handled.length).toBeGreaterThan(5000);
  expect(clients.reduce((sum, client) => sum + client.handOvers, 0)).toBeGreaterThan(50);
  expect(history.events.filter(({ kind }) => kind === 'fault').length).toBeGreaterThanOrEqual(FAULTS.length);
  await rm(folder, { recursive: true, force: true });
}, 600_000);

/** Some at a time, each in one of its channels. */
async function publishFromClients(
  clients: readonly RecordedClient[],
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await pause(random.integer(150, 450), signal);
    const client = random.pick(clients);
    const { channels } = client;
    if (channels.length > 0) client.publish(random.pick(channels));
  }
}
