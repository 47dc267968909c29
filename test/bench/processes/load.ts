// Clients. `load.ts URL round-trips CLIENTS SECONDS`: each sends a message when the last was answered. `load.ts URL
// idle CLIENTS`: each opens a connection and says nothing, until it is told to close them.
import { once } from 'node:events';
import { WebSocket } from 'ws';

const [url = '', kind, clients = '1', seconds = '1'] = process.argv.slice(2);
const TEXT = JSON.stringify({ action: 'publish', channel: 'news', data: 'x'.repeat(200) });
/** More at once would overrun the server's queue of connections to accept. */
const AT_ONCE = 100;

process.on('disconnect', () => process.exit());

const sockets: WebSocket[] = [];
while (sockets.length < Number(clients)) {
  const count = Math.min(AT_ONCE, Number(clients) - sockets.length);
  const opening = Array.from({ length: count }, () => new WebSocket(url, { perMessageDeflate: false }));
  await Promise.all(opening.map(async (socket) => once(socket, 'open')));
  sockets.push(...opening);
}
if (kind === 'round-trips') await roundTrips(Number(seconds) * 1_000);
else await idle();

async function roundTrips(durationMs: number): Promise<void> {
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
            else socket.send(TEXT);
          };
          socket.on('message', (data: Buffer) => {
            // an error frame would be fast
            if (data.length !== TEXT.length) throw new Error(`this is no answer: ${data.toString()}`);
            count += 1;
            if (sentAt - startedAt > warmUpMs) latenciesMs.push(performance.now() - sentAt);
            send();
          });
          send();
        }),
    ),
  );
  latenciesMs.sort((a, b) => a - b);
  const at = (share: number) => latenciesMs[Math.floor(latenciesMs.length * share)] ?? Number.NaN;
  process.send?.({
    roundTrips: {
      count,
      perSecond: (latenciesMs.length / durationMs) * 1_000,
      medianMs: at(0.5),
      p99Ms: at(0.99),
    },
  });
  process.exit();
}

async function idle(): Promise<void> {
  process.send?.({ opened: sockets.length });
  await once(process, 'message');
  const closed = sockets.map(async (socket) => once(socket, 'close'));
  for (const socket of sockets) socket.close(1000);
  await Promise.all(closed);
  process.send?.({ closed: sockets.length });
  process.exit();
}
