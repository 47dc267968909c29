// WebSocket clients. `load.ts URL echoes CLIENTS SECONDS`: each client sends a message when it has received the last
// one back; with `pings`, when it has received the reply. `load.ts URL idle CLIENTS`: each opens a connection and sends
// nothing. They close at any message of the parent process.
import { once } from 'node:events';
import { createHistogram } from 'node:perf_hooks';
import { WebSocket } from 'ws';

const [url = '', kind = '', clients = '1', seconds = '1'] = process.argv.slice(2);
const TEXT = JSON.stringify({ action: 'publish', channel: 'news', data: 'x'.repeat(200) });
/** The message, and a check of its reply, because error frames would be fast. */
const EXCHANGES: Readonly<Record<string, { text: string; isReply: (data: Buffer) => boolean }>> = {
  echoes: { text: TEXT, isReply: (data) => data.length === TEXT.length },
  pings: {
    text: JSON.stringify({ action: 'ping', id: 1 }),
    isReply: (data) => data.includes('"type":"pong"'),
  },
};
/** More connections at once would overflow the server's accept queue. */
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
  { text, isReply }: { readonly text: string; readonly isReply: (data: Buffer) => boolean },
): Promise<void> {
  const warmUpMs = durationMs / 4;
  const startedAt = performance.now();
  const latenciesMs: number[] = [];
  /** All messages; those of the warm-up cost the server processor time, too. */
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
            if (!isReply(data)) throw new Error(`unexpected reply: ${data.toString()}`);
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
 * Corrects for coordinated omission: a client that waits sends nothing, so that a stall would count once only. The
 * messages that it would have sent during the stall are added, at the client's mean interval.
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
