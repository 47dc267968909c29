import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type ConnectionId } from '../../src/api/integration.js';
import { type ChannelName } from '../../src/api/messages.js';
import { DynamoDbStore } from '../../src/nest/store/dynamodb.store.js';
import { EmbeddedStore } from '../../src/nest/store/embedded.store.js';
import { RedisStore } from '../../src/nest/store/redis.store.js';
import { type Store } from '../../src/nest/store/store.js';
import { at } from '../support/dynamodb-store.js';
import { LocalDynamoDb, REGION } from '../support/dynamodb.js';
import { SpawnedRedis } from '../support/redis-server.js';
import { SpawnedProgram } from '../support/spawned-program.js';

const news = 'news' as ChannelName;
const alice = 'alice=' as ConnectionId;
const hour = 3_600_000;

const WAS_RESET = {
  ended: { code: 0, stdout: [expect.stringMatching(/store was reset/)], stderr: [] },
  connection: undefined,
  beginsNewEpoch: true,
};

it('resets the embedded store', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'backchannel-'));
  const open = () => EmbeddedStore.open({ dataDir: folder.path });
  expect(await reset(open, { DATA_DIR: folder.path })).toEqual(WAS_RESET);
});

it('resets the DynamoDB store', async () => {
  await using dynamoDb = await LocalDynamoDb.start();
  const table = await dynamoDb.createTable();
  const settings = {
    STORE: 'dynamodb',
    DYNAMODB_TABLE: table,
    DYNAMODB_ENDPOINT: dynamoDb.endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  const open = () => DynamoDbStore.connect({ ...at(dynamoDb), table });
  expect(await reset(open, settings)).toEqual(WAS_RESET);
});

it('resets the Redis store', async () => {
  await using server = await SpawnedRedis.start();
  const options = { url: server.url(), isCluster: false, prefix: 'test', timeoutMs: 5000 };
  const settings = { STORE: 'redis', REDIS_URL: server.url(), REDIS_PREFIX: 'test' };
  expect(await reset(() => RedisStore.connect(options), settings)).toEqual(WAS_RESET);
});

it('needs the settings of the store only, and prints a line for each that is wrong', async () => {
  expect(await runReset({ STORE: 'redis', STORE_TIMEOUT_MS: 'x', LOG_LEVEL: 'x' })).toEqual({
    code: 1,
    stdout: [],
    stderr: [
      expect.stringMatching(/^The store cannot be reset: STORE_TIMEOUT_MS=x/),
      expect.stringMatching(/^The store cannot be reset: REDIS_URL is not set/),
    ],
  });
});

it('prints one line if the store cannot be reached', async () => {
  const settings = { STORE: 'dynamodb', DYNAMODB_TABLE: 'table', DYNAMODB_ENDPOINT: 'http://127.0.0.1:9' };
  expect(await runReset({ ...settings, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' })).toEqual({
    code: 1,
    stdout: [],
    stderr: [expect.stringMatching(/^The store cannot be reset: DYNAMODB_TABLE=table with .*ECONNREFUSED/)],
  });
});

/** Runs the program with a store that has a log and a connection. */
async function reset(open: () => Store | Promise<Store>, settings: NodeJS.ProcessEnv) {
  const before = await open();
  const position = await before.logs.append(news, 'content', { messages: 10, ageMs: hour });
  const now = before.clock.now();
  await before.connections.putConnection({ connectionId: alice, connectedAt: now, expiresAt: now + hour });
  await before.close();
  const ended = await runReset(settings);
  const after = await open();
  const connection = await after.connections.getConnection(alice);
  const { epoch, offset } = await after.logs.position(news);
  await after.close();
  return { ended, connection, beginsNewEpoch: epoch !== position.epoch && offset > position.offset };
}

async function runReset(settings: NodeJS.ProcessEnv) {
  await using program = SpawnedProgram.run('service/reset-store-after-loss.js', [], settings);
  const code = await program.exit;
  return { code, stdout: program.stdout, stderr: program.stderr };
}
