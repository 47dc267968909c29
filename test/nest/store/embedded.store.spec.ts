import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { type ChannelName } from '../../../src/api/messages.js';
import { ConfigError } from '../../../src/nest/config/config.errors.js';
import { EPOCH_GAP } from '../../../src/nest/store/log-store.js';
import { EmbeddedStore } from '../../../src/nest/store/embedded.store.js';
import { storeSuite } from '../../suites/store.suite.js';
import { openEmbeddedStores, temporaryFolder } from '../../support/embedded-stores.js';

storeSuite({ name: 'embedded', open: openEmbeddedStores, canBeFull: true, hasServerTime: false });

const news = 'news' as ChannelName;
const keepAll = { messages: 100, ageMs: 3_600_000 };

it('creates its folder', async () => {
  await using folder = await temporaryFolder();
  const dataDir = join(folder.path, 'not', 'yet', 'there');
  const store = EmbeddedStore.open({ dataDir });
  await expect(store.probe()).resolves.toBeUndefined();
  await store.close();
});

it('keeps the writes of a process that was killed with SIGKILL', async () => {
  await using folder = await temporaryFolder();
  // the compiled store, because it runs without the test runner
  const module = new URL('../../../dist/nest/store/embedded.store.js', import.meta.url);
  await writeFile(
    join(folder.path, 'writer.mjs'),
    `import { EmbeddedStore } from ${JSON.stringify(module)};
     const store = EmbeddedStore.open({ dataDir: process.argv[2] });
     for (let n = 0; ; n += 1) {
       await store.connections.putConnection({ connectionId: 'c' + n, connectedAt: Date.now(), expiresAt: Date.now() + 1e6 });
       await store.memberships.join('news', 'c' + n, 100);
       if (n === 100) process.send('written');
     }`,
  );
  const writer = fork(join(folder.path, 'writer.mjs'), [folder.path], { silent: true });
  await once(writer, 'message');
  writer.kill('SIGKILL');
  await once(writer, 'exit');

  const store = EmbeddedStore.open({ dataDir: folder.path });
  expect(await store.memberships.countMembers(news)).toBeGreaterThan(100);
  expect(await store.memberships.isMember(news, 'c100' as ConnectionId)).toBe(true);
  await store.close();
});

it('removes expired connections and their memberships from its file when it opens', async () => {
  await using folder = await temporaryFolder();
  const options = { dataDir: folder.path, now: () => 5000 };
  const before = EmbeddedStore.open(options);
  await before.connections.putConnection({
    connectionId: 'c' as ConnectionId,
    connectedAt: 5000,
    expiresAt: 6000,
  });
  await before.memberships.join(news, 'c' as ConnectionId, 100);
  await before.close();

  await EmbeddedStore.open({ ...options, now: () => 6000 }).close();

  using file = new DatabaseSync(join(folder.path, 'backchannel.sqlite'));
  expect(
    file.prepare('SELECT (SELECT count(*) FROM connections) + (SELECT count(*) FROM members) AS n').get(),
  ).toEqual({ n: 0 });
});

it('can be opened by two processes at once', async () => {
  await using folder = await temporaryFolder();
  const [one, other] = [0, 1].map(() => EmbeddedStore.open({ dataDir: folder.path })) as [
    EmbeddedStore,
    EmbeddedStore,
  ];
  await one.connections.putConnection({
    connectionId: 'c' as ConnectionId,
    connectedAt: 0,
    expiresAt: Date.now() + 1000,
  });
  expect(await other.connections.getConnection('c' as ConnectionId)).toBeDefined();
  await one.close();
  await other.close();
});

it('begins new epochs when its folder is a copy of another one, and says so', async () => {
  await using folder = await temporaryFolder();
  await using other = await temporaryFolder();
  const before = EmbeddedStore.open({ dataDir: folder.path });
  const { epoch, offset } = await before.logs.append(news, 'content', keepAll);
  await before.close();
  await cp(folder.path, other.path, { recursive: true });
  const warnings: string[] = [];
  const options = { dataDir: other.path, warn: (_: object, message: string) => void warnings.push(message) };
  const copy = EmbeddedStore.open(options);
  const next = await copy.logs.append(news, 'content', keepAll);
  expect(next.epoch).not.toBe(epoch);
  expect(next.offset).toBe(offset + EPOCH_GAP + 1);
  await copy.close();
  // once
  const again = EmbeddedStore.open(options);
  expect(await again.logs.position(news)).toEqual(next);
  await again.close();
  expect(warnings).toEqual([expect.stringContaining('all logs begin new epochs')]);
});

it('keeps its epochs in a restart after repeated appends with a key and failed joins', async () => {
  await using folder = await temporaryFolder();
  const store = EmbeddedStore.open({ dataDir: folder.path });
  const key = { key: 'order-1', fingerprint: 'f', ttlMs: 60_000 };
  for (let n = 0; n < 3; n += 1) await store.logs.append(news, 'content', keepAll, key);
  await store.memberships.join(news, 'unknown=' as ConnectionId, 1);
  const position = await store.logs.position(news);
  await store.close();
  const reopened = EmbeddedStore.open({ dataDir: folder.path });
  expect(await reopened.logs.position(news)).toEqual(position);
  await reopened.close();
});

it('counts in slices, so that requests are served meanwhile', async () => {
  await using folder = await temporaryFolder();
  const store = EmbeddedStore.open({ dataDir: folder.path });
  const now = Date.now();
  for (let n = 0; n < 6000; n += 1) {
    const connectionId = `c${n}=` as ConnectionId;
    await store.connections.putConnection({
      connectionId,
      connectedAt: now,
      expiresAt: now + (n < 10 ? -1 : 60_000),
    });
    if (n % 5 === 0) await store.memberships.join(`channel-${n}` as ChannelName, connectionId, 100);
  }
  let turns = 0;
  const turn = () => {
    turns += 1;
    immediate = setImmediate(turn);
  };
  let immediate = setImmediate(turn);
  expect(await store.connections.counts()).toEqual({ connections: 5990, channels: 1198 });
  clearImmediate(immediate);
  expect(turns).toBeGreaterThan(3);
  await store.close();
});

it('names DATA_DIR, the path and the reason when the folder cannot be written', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'file');
  await writeFile(path, '');
  expect(() => EmbeddedStore.open({ dataDir: join(path, 'data') })).toThrow(ConfigError);
  expect(() => EmbeddedStore.open({ dataDir: join(path, 'data') })).toThrow(
    new RegExp(`^DATA_DIR=${path}/data: .*a file stands where a folder is expected`),
  );
});

// file systems of Linux in which not even root may make a file
it.skipIf(process.platform !== 'linux').each([
  ['/proc/x', /^DATA_DIR=\/proc\/x: .*writable.*ENOENT/],
  ['/proc/x/y', /^DATA_DIR=\/proc\/x\/y: .*writable.*ENOENT/],
  ['/sys', /^DATA_DIR=\/sys: .*cannot write.*unable to open database file/],
])('refuses the folder %s, without spinning', (dataDir, message) => {
  expect(() => EmbeddedStore.open({ dataDir })).toThrow(message);
});

it('keeps the content of a file of the first schema, whose connections have no user', async () => {
  await using folder = await temporaryFolder();
  const file = new DatabaseSync(join(folder.path, 'backchannel.sqlite'));
  file.exec(`
    CREATE TABLE connections (
      connection_id TEXT PRIMARY KEY, connected_at INTEGER NOT NULL, last_active_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX connections_by_expiry ON connections (expires_at);
    CREATE TABLE members (
      channel TEXT NOT NULL, connection_id TEXT NOT NULL REFERENCES connections ON DELETE CASCADE,
      joined_at INTEGER NOT NULL, PRIMARY KEY (channel, connection_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX members_by_connection ON members (connection_id);
    INSERT INTO connections VALUES ('c', 4000, 4500, 6000);
    INSERT INTO members VALUES ('news', 'c', 4200);
    PRAGMA user_version = 1`);
  file.close();
  const store = EmbeddedStore.open({ dataDir: folder.path, now: () => 5000 });
  const connectionId = 'c' as ConnectionId;
  expect(await store.connections.getConnection(connectionId)).toEqual({
    connectionId,
    connectedAt: 4000,
    lastActiveAt: 4500,
    expiresAt: 6000,
  });
  expect(await store.memberships.isMember(news, connectionId)).toBe(true);
  await store.close();
});

it('refuses the file of a newer version, and does not change it', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'backchannel.sqlite');
  const file = new DatabaseSync(path);
  file.exec('CREATE TABLE later (x); PRAGMA user_version = 99');
  file.close();
  expect(() => EmbeddedStore.open({ dataDir: folder.path })).toThrow(/schema 99/);
  using unchanged = new DatabaseSync(path);
  expect(unchanged.prepare('PRAGMA user_version').get()).toEqual({ user_version: 99 });
});

it('names what to do about a file that another process has locked', async () => {
  await using folder = await temporaryFolder();
  using other = new DatabaseSync(join(folder.path, 'backchannel.sqlite'));
  other.exec('PRAGMA journal_mode = WAL; BEGIN EXCLUSIVE; CREATE TABLE t (x)');
  expect(() => EmbeddedStore.open({ dataDir: folder.path })).toThrow(
    /DATA_DIR=.*another process has locked backchannel\.sqlite.*\(database is locked\)/,
  );
});

it('refuses a file with tables of something else', async () => {
  await using folder = await temporaryFolder();
  using other = new DatabaseSync(join(folder.path, 'backchannel.sqlite'));
  other.exec('CREATE TABLE connections (x)');
  expect(() => EmbeddedStore.open({ dataDir: folder.path })).toThrow(
    /DATA_DIR=.*not a file of this store.*table connections already exists/,
  );
});

it('refuses a file that is not a database, and does not change it', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'backchannel.sqlite');
  await writeFile(path, 'something else entirely '.repeat(100));
  expect(() => EmbeddedStore.open({ dataDir: folder.path })).toThrow(
    /DATA_DIR=.*move it away.*not a database/,
  );
  expect(await readFile(path, 'utf8')).toMatch(/^something else/);
});
