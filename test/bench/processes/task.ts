// A task of the service as shipped that publishes, and reports the cost. Its settings are in its environment.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';

const DIST = process.env.BACKCHANNEL_DIST ?? join(import.meta.dirname, '../../../dist');
const load = async <T>(file: string) => (await import(join(DIST, file))) as T;

type ChannelName = import('../../../src/api/messages.js').ChannelName;
type ConnectionId = import('../../../src/api/integration.js').ConnectionId;

interface Publish {
  readonly channel: ChannelName;
  readonly from: string;
  /** For figures of memory; needs --expose-gc. */
  readonly collectsGarbage: boolean;
}

const { createApplication, listen } =
  await load<typeof import('../../../src/service/application.js')>('service/application.js');
const { readConfig } = await load<typeof import('../../../src/nest/environment/read-config.js')>(
  'nest/environment/read-config.js',
);
const { fromEnvironment } = await load<typeof import('../../../src/nest/options/from-environment.js')>(
  'nest/options/from-environment.js',
);
const { createLogger } =
  await load<typeof import('../../../src/nest/logging/logger.js')>('nest/logging/logger.js');
const { Store } = await load<typeof import('../../../src/nest/store/store.js')>('nest/store/store.js');

const config = readConfig();
const app = await createApplication({ ...fromEnvironment(), logger: createLogger(config) });
const store = app.get(Store);
const gateway = new Pool(await listen(app, config));

/** The commands of the parent process. The reply to each has a member of the same name. */
const COMMANDS = {
  /** Puts connections, which are members of `channel` if it is given. */
  async put({ count, channel }: { count: number; channel?: ChannelName }) {
    const now = Date.now();
    const numbers = Array.from({ length: count }, (_, n) => n).values();
    const worker = async () => {
      for (const n of numbers) {
        // as long as the ids of AWS
        const connectionId =
          `${(channel ?? 'other').padEnd(7, '_')}${String(n).padStart(8, '0')}=` as ConnectionId;
        await store.connections.putConnection({ connectionId, connectedAt: now, expiresAt: now + 7_200_000 });
        if (channel) await store.memberships.join(channel, connectionId, 100);
      }
    };
    await Promise.all(Array.from({ length: 64 }, worker));
    return true;
  },

  /** Reads every member once, like a fan-out. */
  async read({ channel }: { channel: ChannelName }) {
    return measured(false, async () => {
      for (const range of await store.memberships.memberRanges(channel, config.fanOut.shardMembers)) {
        for await (const page of store.memberships.members(channel, range)) void page;
      }
    });
  },

  /** Publishes once, with a member's message, until every delivery was attempted. */
  async publish({ channel, from, collectsGarbage }: Publish) {
    return measured(collectsGarbage, async () => {
      const { statusCode, body } = await gateway.request({
        method: 'POST',
        path: '/message',
        headers: {
          ConnectionId: from,
          RequestId: 'r',
          RouteKey: '$default',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ action: 'publish', channel, data: 'x'.repeat(190) }),
      });
      await body.dump();
      if (statusCode !== 200) throw new Error(`unexpected status ${statusCode} of publish`);
      while ((await store.shards.countShards()) > 0) await sleep(2);
    });
  },
};

process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());
process.on('message', (message) => void handle(message as Record<string, never>));
process.send?.({ ready: true });

async function handle(message: Record<string, never>): Promise<void> {
  for (const [name, command] of Object.entries(COMMANDS)) {
    if (message[name] !== undefined) process.send?.({ [name]: await command(message[name]) });
  }
}

/** @param collectsGarbage before and after the work, which makes it slower */
async function measured(collectsGarbage: boolean, work: () => Promise<void>) {
  if (collectsGarbage) globalThis.gc?.();
  const { rss: rssBefore, heapUsed: heapBefore } = process.memoryUsage();
  let rssPeak = rssBefore;
  const sampling = setInterval(() => {
    rssPeak = Math.max(rssPeak, process.memoryUsage.rss());
  }, 10);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  clearInterval(sampling);
  rssPeak = Math.max(rssPeak, process.memoryUsage.rss());
  if (collectsGarbage) globalThis.gc?.();
  const { rss: rssAfter, heapUsed: heapAfter } = process.memoryUsage();
  return { ms, cpuMs: (user + system) / 1000, rssBefore, rssPeak, rssAfter, heapBefore, heapAfter };
}
