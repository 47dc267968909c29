// Clients that count what they receive. `receivers.ts socket.io | gateway URL`; told `{ join: { room, count } }` so many join,
// told `{ receive: count }` it answers when so many messages have come since.
import { once } from 'node:events';
import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';

const [kind = '', url = ''] = process.argv.slice(2);
/** More at once would overrun the server's queue of connections to accept. */
const AT_ONCE = 50;

let received = 0;
let awaited = Infinity;

function count(): void {
  received += 1;
  if (received === awaited) tell();
}

function tell(): void {
  process.send?.({ received: performance.timeOrigin + performance.now() });
  awaited = Infinity;
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
  if (!reply.includes('"joined"')) throw new Error(`joining was answered ${reply.toString()}`);
  socket.on('message', (data: Buffer) => {
    // who publishes is told so, too
    if (data.includes('"type":"message"')) count();
  });
  publishers.set(room, socket);
}

/** A member of each room, which publishes to it. */
const publishers = new Map<string, WebSocket>();

const join = kind === 'socket.io' ? joinBySocketIo : joinByGateway;
process.on('SIGTERM', () => process.exit());
process.on('disconnect', () => process.exit());
process.on('message', (message) => void answer(message as Asked));
process.send?.({ ready: true });

interface Asked {
  readonly join?: { readonly room: string; readonly count: number };
  readonly receive?: number;
  readonly publish?: { readonly room: string };
}

async function answer(asked: Asked): Promise<void> {
  if (asked.join) {
    const { room, count: wanted } = asked.join;
    for (let joined = 0; joined < wanted; joined += AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, wanted - joined) }, () => join(room)));
    }
    process.send?.({ join: true });
  }
  if (asked.receive !== undefined) {
    received = 0;
    awaited = asked.receive;
    process.send?.({ receive: true });
  }
  if (asked.publish) {
    const { room } = asked.publish;
    const data = 'x'.repeat(190);
    const publishedAt = performance.timeOrigin + performance.now();
    publishers.get(room)!.send(JSON.stringify({ action: 'publish', id: 2, channel: room, data }));
    process.send?.({ publish: publishedAt });
  }
}
