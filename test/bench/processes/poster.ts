// Posts to `@connections`. `poster.ts KIND URL`: for each message `{ posts, concurrency }`, it posts and reports the
// duration.
import { Agent } from 'node:http';
import { join } from 'node:path';
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Pool } from 'undici';

const DIST = process.env.BACKCHANNEL_DIST ?? join(import.meta.dirname, '../../../dist');
const load = async <T>(file: string) => (await import(join(DIST, file))) as T;
const DATA = JSON.stringify({ type: 'message', channel: 'news', data: 'x'.repeat(190) });
const SOCKETS = 64;
const [kind = '', url = ''] = process.argv.slice(2);

Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIABENCH', AWS_SECRET_ACCESS_KEY: 'bench' });

type ConnectionId = import('../../../src/api/integration.js').ConnectionId;
interface Kind {
  one(connectionId: ConnectionId): Promise<unknown>;
  /** One message to many connections, where there is a separate way for it. */
  many?(connectionIds: readonly ConnectionId[]): Promise<unknown>;
}

const KINDS: Readonly<Record<string, () => Promise<Kind>>> = {
  ours: () => backchannel('signed'),
  'ours-sdk': () => backchannel('sdk'),

  async sdk() {
    return sdk(new ApiGatewayManagementApiClient({ endpoint: url, region: 'us-east-1' }));
  },

  async 'sdk-64'() {
    const httpAgent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
    const requestHandler = new NodeHttpHandler({ httpAgent });
    return sdk(new ApiGatewayManagementApiClient({ endpoint: url, region: 'us-east-1', requestHandler }));
  },

  async undici() {
    const { origin, pathname } = new URL(url);
    const pool = new Pool(origin, { connections: SOCKETS });
    return {
      async one(connectionId) {
        const path = `${pathname}/@connections/${encodeURIComponent(connectionId)}`;
        const { statusCode, body } = await pool.request({ path, method: 'POST', body: DATA });
        await body.dump();
        if (statusCode !== 200) throw new Error(`unexpected status ${statusCode}`);
      },
    };
  },

  // without the stream and the signal of `request`: the least that undici can do
  async dispatch() {
    const { origin, pathname } = new URL(url);
    const pool = new Pool(origin, { connections: SOCKETS });
    return {
      one: (connectionId) =>
        new Promise<void>((resolve, reject) => {
          const path = `${pathname}/@connections/${encodeURIComponent(connectionId)}`;
          pool.dispatch(
            { path, method: 'POST', body: DATA },
            {
              onRequestStart() {},
              onResponseStart() {},
              onResponseData() {},
              onResponseEnd: () => resolve(),
              onResponseError: (_, error) => reject(error),
            },
          );
        }),
    };
  },
};

async function backchannel(callbackClient: string): Promise<Kind> {
  const { CallbackService } = await load<typeof import('../../../src/nest/callback/callback.service.js')>(
    'nest/callback/callback.service.js',
  );
  const { createCallbackCredentials } = await load<
    typeof import('../../../src/nest/callback/client/callback-credentials.js')
  >('nest/callback/client/callback-credentials.js');
  const { createConnectionsClient } = await load<
    typeof import('../../../src/nest/callback/client/create-connections-client.js')
  >('nest/callback/client/create-connections-client.js');
  const { readConfig } = await load<typeof import('../../../src/nest/environment/read-config.js')>(
    'service/configuration/read-config.js',
  );
  const config = readConfig({
    WS_API_ENDPOINT: url,
    CALLBACK_CLIENT: callbackClient,
    CALLBACK_CONCURRENCY: String(SOCKETS),
  });
  const observer = {
    attempted() {},
    posted() {},
    settled() {},
    closing() {},
    notClosed() {},
    credentialsRead() {},
  };
  const credentials = createCallbackCredentials(config, observer);
  const client = createConnectionsClient(config, credentials, observer);
  const callback = new CallbackService(config, client, credentials, observer);
  async function* pages(connectionIds: readonly ConnectionId[]) {
    for (let start = 0; start < connectionIds.length; start += 1000) {
      yield connectionIds.slice(start, start + 1000).map((connectionId) => ({ connectionId }));
    }
  }
  return {
    one: (connectionId) => callback.post(connectionId, DATA),
    async many(connectionIds) {
      const { delivered } = await callback.postToMany(pages(connectionIds), DATA);
      if (delivered !== connectionIds.length) throw new Error(`only ${delivered} were delivered`);
    },
  };
}

function sdk(client: ApiGatewayManagementApiClient): Kind {
  return {
    one: (connectionId) =>
      client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: DATA })),
  };
}

const poster = await KINDS[kind]!();
process.on('disconnect', () => process.exit());
process.on('message', (message) => void run(message as { posts: number; concurrency: number }));
process.send?.({ ready: true });

async function run({
  posts,
  concurrency,
}: {
  readonly posts: number;
  readonly concurrency: number;
}): Promise<void> {
  // as long as the ids of AWS
  const ids = Array.from(
    { length: posts },
    (_, n) => `L0SM9cOF${String(n).padStart(7, '0')}=` as ConnectionId,
  );
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  if (poster.many && concurrency > 1) await poster.many(ids);
  else {
    const each = ids.values();
    const worker = async () => {
      for (const id of each) await poster.one(id);
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
  }
  const durationMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  process.send?.({ posted: { perSecond: (posts / durationMs) * 1000, cpuUs: (user + system) / posts } });
}
