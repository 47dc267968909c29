// Clients. `load.ts URL echoes CLIENTS SECONDS`: each sends a message when the last has come back; with `pings`, when the
// last was answered. `load.ts URL idle CLIENTS`: each opens a connection and says nothing, until it is told to close them.
import { once } from 'node:events';
import { createHistogram } from 'node:perf_hooks';
import { WebSocket } from 'ws';

const [url = '', kind = '', clients = '1', seconds = '1'] = process.argv.slice(2);
const TEXT = JSON.stringify({ action: 'publish', channel: 'news', data: 'x'.repeat(200) });
/** What is sent, and how its answer is known: an error frame would be fast. */
const EXCHANGES: Readonly<Record<string, { text: string; isAnswer: (data: Buffer) => boolean }>> = {
  echoes: { text: TEXT, isAnswer: (data) => data.length === TEXT.length },
  pings: {
    text: JSON.stringify({ action: 'ping', id: 1 }),
    isAnswer: (data) => data.includes('"type":"pong"'),
  },
};
/** More at once would overrun the server's queue of connections to accept. */
const AT_ONCE = 100;

process.on('disconnect', () => process.exit());

const openedAt = performance.now();
const sockets: WebSocket[] = [];
while (sockets.length < Number(clients)) {
  const count = Math.min(AT_ONCE, Number(clients) - sockets.length);
  const opening = Array.from({ length: count }, () => new WebSocket(url, { perMessageDeflate: false }));
  await Promise.all(opening.map(async (socket) => once(socket, 'open')));
  sockets.push(...opening);
}
const openingMs = performance.now() - openedAt;
const exchange = EXCHANGES[kind];
if (exchange) await exchangeFor(Number(seconds) * 1_000, exchange);
else await idle();

async function exchangeFor(
  durationMs: number,
  { text, isAnswer }: { readonly text: string; readonly isAnswer: (data: Buffer) => boolean },
): Promise<void> {
  const warmUpMs = durationMs / 4;
  const startedAt = performance.now();
  const latenciesMs: number[] = [];
  /** Those of the warm-up too, which cost the server as much. */
  let count = 0;
  await Promise.all(
    sockets.map(
      async (socket) =>
        new Promise<void>((resolve) => {
          let sentAt = 0;
          const send = () => {
            sentAt = performance.now();
            if (sentAt - startedAt > warmUpMs + durationMs) resolve();
            else socket.send(text);
          };
          socket.on('message', (data: Buffer) => {
            if (!isAnswer(data)) throw new Error(`this is no answer: ${data.toString()}`);
            count += 1;
            if (sentAt - startedAt > warmUpMs) latenciesMs.push(performance.now() - sentAt);
            send();
          });
          send();
        }),
    ),
  );
  const perSecond = (latenciesMs.length / durationMs) * 1_000;
  process.send?.({ exchanged: { count, perSecond, ...percentiles(latenciesMs) } });
  process.exit();
}

/**
 * A client that waits sends nothing, so that a stall would be seen once only, and not by those who would have sent
 * meanwhile. They are added, as if each client sent at the mean interval: correction of coordinated omission.
 */
function percentiles(latenciesMs: readonly number[]): { readonly medianMs: number; readonly p99Ms: number } {
  const intervalMs = latenciesMs.reduce((sum, each) => sum + each, 0) / latenciesMs.length;
  const histogram = createHistogram({ figures: 3 });
  for (const latencyMs of latenciesMs) {
    for (let waitedMs = latencyMs; waitedMs === latencyMs || waitedMs >= intervalMs; waitedMs -= intervalMs) {
      histogram.record(Math.max(1, Math.round(waitedMs * 1e6)));
    }
  }
  return { medianMs: histogram.percentile(50) / 1e6, p99Ms: histogram.percentile(99) / 1e6 };
}

async function idle(): Promise<void> {
  process.send?.({ opened: openingMs });
  await once(process, 'message');
  const closed = sockets.map(async (socket) => once(socket, 'close'));
  for (const socket of sockets) socket.close(1000);
  await Promise.all(closed);
  process.send?.({ closed: sockets.length });
  process.exit();
}
