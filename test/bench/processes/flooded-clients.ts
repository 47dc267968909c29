// API Gateway's requests of many clients. `flooded-clients.ts SERVICE_URL`. For a message `{ open: { flooded, others } }`,
// that many clients connect, and the flooded ones join a channel. For `{ ping: { ms, flood } }`, each of the others sends a
// ping every 100 ms, whether it has a response or not, and the times until the responses are reported: the reply has
// been posted by then. With `flood`, other clients publish to the channel of the flooded ones: many messages at once, and
// then ten a second.
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';

const [url = ''] = process.argv.slice(2);
/** More connections than messages that are ever in flight, so that none waits here. */
const service = new Pool(url, { connections: 2_000 });
const PING_EVERY_MS = 100;
const CHANNEL = 'flood';
const BURST = 100;
const PUBLISH_EVERY_MS = 100;
/** Each has few enough messages without a reply that it is not closed for it. */
const PUBLISHERS = Array.from({ length: 10 }, (_, n) => `wild${String(n).padStart(11, '0')}=`);

interface Command {
  readonly open?: { readonly flooded: number; readonly others: number };
  readonly ping?: { readonly ms: number; readonly flood: boolean };
}

let flooded: readonly string[] = [];
let others: readonly string[] = [];

async function request(path: string, connectionId: string, message?: object): Promise<void> {
  const { statusCode, body } = await service.request({
    method: 'POST',
    path,
    headers: {
      ConnectionId: connectionId,
      RequestId: 'r',
      RouteKey: path === '/connect' ? '$connect' : '$default',
      GatewaySecret: 'a-secret-of-the-bench',
      'content-type': 'application/json',
    },
    body: message ? JSON.stringify(message) : null,
  });
  await body.dump();
  if (statusCode !== 200) throw new Error(`unexpected status ${statusCode} of ${path} for ${connectionId}`);
}

/** At most 50 at once. */
async function forEach(ids: readonly string[], work: (id: string) => Promise<void>): Promise<void> {
  const each = ids.values();
  const worker = async () => {
    for (const id of each) await work(id);
  };
  await Promise.all(Array.from({ length: 50 }, worker));
}

async function open(counts: NonNullable<Command['open']>): Promise<void> {
  flooded = Array.from({ length: counts.flooded }, (_, n) => `slow${String(n).padStart(11, '0')}=`);
  others = Array.from({ length: counts.others }, (_, n) => `good${String(n).padStart(11, '0')}=`);
  await forEach([...flooded, ...others, ...PUBLISHERS], (id) => request('/connect', id));
  await forEach([...flooded, ...PUBLISHERS], (id) =>
    request('/message', id, { action: 'join', channel: CHANNEL }),
  );
}

async function ping({ ms, flood }: NonNullable<Command['ping']>): Promise<number[]> {
  const timesMs: number[] = [];
  const endsAt = performance.now() + ms;
  const one = async (id: string) => {
    const sentAt = performance.now();
    await request('/message', id, { action: 'ping', id: 1 });
    timesMs.push(performance.now() - sentAt);
  };
  const client = async (id: string, n: number) => {
    const pings: Promise<void>[] = [];
    await sleep((n * PING_EVERY_MS) / others.length);
    while (performance.now() < endsAt) {
      pings.push(one(id));
      await sleep(PING_EVERY_MS);
    }
    await Promise.all(pings);
  };
  const published: Promise<void>[] = [];
  const publish = (n: number) => {
    const message = { action: 'publish', channel: CHANNEL, data: 'x'.repeat(190) };
    published.push(request('/message', PUBLISHERS[n % PUBLISHERS.length]!, message));
  };
  const publisher = async () => {
    for (let n = 0; n < BURST; n++) publish(n);
    for (let n = 0; performance.now() < endsAt; n++) {
      publish(n);
      await sleep(PUBLISH_EVERY_MS);
    }
  };
  await Promise.all([...others.map(client), flood && publisher()]);
  await Promise.all(published);
  return timesMs;
}

process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());
process.on('message', (message) => void run(message as Command));
process.send?.({ ready: true });

async function run(command: Command): Promise<void> {
  if (command.open) {
    await open(command.open);
    process.send?.({ open: true });
  }
  if (command.ping) process.send?.({ ping: await ping(command.ping) });
}
