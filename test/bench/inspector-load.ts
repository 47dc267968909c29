// `npm run bench:inspector` opens the inspector with 10,000 records, sends 500 messages a second, and prints for each
// view the CPU time of the page's main thread, the frames, and the tasks of over 50 ms, which another load of the machine
// lengthens. Needs Chromium: CHROMIUM, or /usr/bin/chromium.
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type CDPSession, type Page } from 'playwright-core';
import { startDemoGateway } from '../../scripts/demo-gateway.ts';
import { launchBrowser } from '../browser/browser.ts';

const RECORDS = 10_000;
const PER_SECOND = 500;
const TICK_MS = 20;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '10' } } });
const seconds = Number(values.seconds);

const VIEWS: Readonly<Record<string, readonly [hash: string, prepare: (page: Page) => Promise<void>]>> = {
  timeline: ['#/timeline', async () => {}],
  'timeline, filtered': [
    '#/timeline',
    async (page) => page.getByRole('searchbox').fill('ping route:$default'),
  ],
  'a story': ['#/timeline', async (page) => page.getByRole('listbox').getByRole('option').last().click()],
  connections: ['#/connections', async () => {}],
  'a connection': ['#/connections', async (page) => page.getByRole('listbox').getByRole('option').click()],
  clients: ['#/clients', async () => {}],
};

/** In the page: collects long tasks and frames from now on. */
const BEGIN = `(() => {
  const seen = { tasks: [], frames: 0 };
  window.seen = seen;
  new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: 'longtask' });
  const frame = () => { seen.frames += 1; if (window.seen === seen) requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
})()`;

interface Seen {
  /** Durations in milliseconds. */
  readonly tasks: readonly number[];
  readonly frames: number;
}

async function send(socket: WebSocket, count: number, perTick: number): Promise<void> {
  const startedMs = performance.now();
  for (let sent = 0; sent < count; sent += perTick) {
    for (let index = 0; index < perTick; index += 1) socket.send(`{"action":"ping","id":${sent + index}}`);
    const dueMs = startedMs + ((sent + perTick) / perTick) * TICK_MS;
    await setTimeout(Math.max(0, dueMs - performance.now()));
  }
}

/** CPU time of the page's main thread until now, in seconds. */
async function cpuSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
}

const gateway = await startDemoGateway(['--record=256mb']);
const browser = await launchBrowser();
try {
  const socket = new WebSocket(gateway.webSocketUrl);
  await once(socket, 'open');
  await send(socket, RECORDS, 40);
  await fetch(`${gateway.url}/_gateway/events?after=${RECORDS - 1}&wait=60s&limit=1`);
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${gateway.url}/_gateway/`);
  await page.getByRole('option').filter({ hasText: '"ping"' }).first().waitFor();
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  process.stdout.write(
    `| view | CPU time in a second | frames a second | long tasks in ${seconds} s | longest | all |\n|---|--:|--:|--:|--:|--:|\n`,
  );
  for (const [name, [hash, prepare]] of Object.entries(VIEWS)) {
    await page.evaluate(`location.hash = '${hash}'`);
    await prepare(page);
    await page.evaluate(BEGIN);
    const startedAt = await cpuSeconds(session);
    await send(socket, PER_SECOND * seconds, (PER_SECOND * TICK_MS) / 1_000);
    const { tasks, frames } = (await page.evaluate('window.seen')) as Seen;
    const cpuMs = ((await cpuSeconds(session)) - startedAt) * 1_000;
    const longest = Math.max(0, ...tasks);
    const total = tasks.reduce((sum, duration) => sum + duration, 0);
    const figures = [
      `${Math.round(cpuMs / seconds)} ms`,
      Math.round(frames / seconds),
      tasks.length,
      `${Math.round(longest)} ms`,
      `${Math.round(total)} ms`,
    ];
    process.stdout.write(`| ${name} | ${figures.join(' | ')} |\n`);
  }
  socket.close();
} finally {
  await browser.close();
  await gateway.close();
}
