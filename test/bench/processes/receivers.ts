// Clients that count what they receive. `receivers.ts socket.io | gateway URL`: for a message `{ join: { room, count }
// }`, `count` clients join; for `{ receive: count }`, it reports when `count` messages have come since.
import { once } from 'node:events';
import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';

const [kind = '', url = ''] = process.argv.slice(2);
/** More connections at once would overflow the server's accept queue. */
const AT_ONCE = 50;

let received = 0;
let expected = Infinity;

function count(): void {
  received += 1;
  if (received === expected) report();
}

function report(): void {
  process.send?.({ received: performance.timeOrigin + performance.now() });
  expected = Infinity;
}

async function joinBySocketIo(room: string): Promise<void> {
  const socket: Socket = io(url, { transports: ['websocket'], forceNew: true });
  await new Promise<void>((joined) => socket.on('connect', () => socket.emit('join', room, joined)));
  socket.on('message', count);
}

async function joinByGateway(room: string): Promise<void> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  socket.send(JSON.stringify({ action: 'join', id: 1, channel: room }));
  const [reply] = (await once(socket, 'message')) as [Buffer];
  if (!reply.includes('"joined"')) throw new Error(`unexpected reply to join: ${reply.toString()}`);
  socket.on('message', (data: Buffer) => {
    // not the reply to `publish`
    if (data.includes('"type":"message"')) count();
  });
  publishers.set(room, socket);
}

/** A member of each room, which publishes to it. */
const publishers = new Map<string, WebSocket>();

const join = kind === 'socket.io' ? joinBySocketIo : joinByGateway;
process.on('SIGTERM', () => process.exit());
process.on('disconnect', () => process.exit());
process.on('message', (message) => void run(message as Command));
process.send?.({ ready: true });

interface Command {
  readonly join?: { readonly room: string; readonly count: number };
  readonly receive?: number;
  readonly publish?: { readonly room: string };
}

async function run(command: Command): Promise<void> {
  if (command.join) {
    const { room, count: wanted } = command.join;
    for (let joined = 0; joined < wanted; joined += AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, wanted - joined) }, () => join(room)));
    }
    process.send?.({ join: true });
  }
  if (command.receive !== undefined) {
    received = 0;
    expected = command.receive;
    process.send?.({ receive: true });
  }
  if (command.publish) {
    const { room } = command.publish;
    const data = 'x'.repeat(190);
    const publishedAt = performance.timeOrigin + performance.now();
    publishers.get(room)!.send(JSON.stringify({ action: 'publish', id: 2, channel: room, data }));
    process.send?.({ publish: publishedAt });
  }
}
