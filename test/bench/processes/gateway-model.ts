// An `@connections` with a latency, a quota, and clients that do not read: those whose connection id begins with `slow`.
// `gateway-model.ts LATENCY_MS RATE BURST`. For a message `{ flood: SERVICE_URL }` the buffers of the slow clients are
// full from now on; each connection that the service closes ends with `$disconnect`. For `counts`, it reports the
// responses since the last time.
import { createServer } from 'node:net';
import { Pool } from 'undici';
import { announce } from './announce.ts';
import { requestsOf } from './requests-of.ts';

const [latencyMs = 0, rate = Infinity, burst = Infinity] = process.argv.slice(2).map(Number);

const response = (head: string) => Buffer.from(`HTTP/1.1 ${head}\r\ncontent-length: 0\r\n\r\n`);
const ACCEPTED = response('200 OK');
const CLOSED = response('204 No Content');
const GONE = response('410 Gone\r\nx-amzn-ErrorType: GoneException');
const THROTTLED = response('429 Too Many Requests\r\nx-amzn-ErrorType: LimitExceededException');

let service: Pool | undefined;
const closed = new Set<string>();
let counts = { accepted: 0, throttled: 0, closed: 0, lastAt: 0 };

let tokens = burst;
let filledAt = performance.now();

function hasToken(): boolean {
  if (burst === Infinity) return true;
  const now = performance.now();
  tokens = Math.min(burst, tokens + ((now - filledAt) * rate) / 1000);
  filledAt = now;
  if (tokens < 1) return false;
  tokens -= 1;
  return true;
}

function respondTo(head: string): Buffer {
  const [, method, id = ''] = /^(\w+) \S*\/(?:@|%40)connections\/(\S+)/.exec(head) ?? [];
  if (!hasToken()) return throttled();
  if (closed.has(id)) return GONE;
  if (method === 'DELETE') {
    closed.add(id);
    counts.closed += 1;
    void disconnected(decodeURIComponent(id));
    return CLOSED;
  }
  if (service !== undefined && id.startsWith('slow')) return throttled();
  counts.accepted += 1;
  counts.lastAt = performance.timeOrigin + performance.now();
  return ACCEPTED;
}

function throttled(): Buffer {
  counts.throttled += 1;
  return THROTTLED;
}

async function disconnected(connectionId: string): Promise<void> {
  const headers = { ConnectionId: connectionId, RequestId: 'r', RouteKey: '$disconnect' };
  const gatewaySecret = { GatewaySecret: 'a-secret-of-the-bench' };
  try {
    const path = '/disconnect';
    const { body } = await service!.request({
      method: 'POST',
      path,
      headers: { ...headers, ...gatewaySecret },
    });
    await body.dump();
  } catch (error) {
    // at the end of a round, the service ends before the connections that it closes
    const { code } = error as { code?: string };
    if (code !== 'ECONNREFUSED' && code !== 'ECONNRESET' && code !== 'UND_ERR_SOCKET') throw error;
  }
}

process.on('message', (message) => {
  if (message === 'counts') {
    process.send?.({ counts });
    counts = { accepted: 0, throttled: 0, closed: 0, lastAt: 0 };
    return;
  }
  service = new Pool((message as { readonly flood: string }).flood, { connections: 8 });
  process.send?.({ flood: true });
});

announce(
  createServer({ noDelay: true }, (socket) =>
    requestsOf(socket, (head) => {
      const respond = () => void (socket.writable && socket.write(respondTo(head)));
      if (latencyMs > 0) setTimeout(respond, latencyMs);
      else respond();
    }),
  ),
);
