import { join as joinPath } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { channelOf, type Engine, idOf, LIFETIME_MS, LOGGED, MEMBERS } from './engine.ts';

const STATEMENTS = {
  put: `INSERT INTO connections (connection_id, connected_at, last_active_at, expires_at) VALUES (?, ?, ?, ?)`,
  join: 'INSERT INTO members (channel, connection_id, joined_at) VALUES (?, ?, ?)',
  touch: 'UPDATE connections SET last_active_at = ? WHERE connection_id = ?',
  isMember: 'SELECT 1 FROM members WHERE channel = ? AND connection_id = ?',
  members: `
    SELECT connection_id, user_id, is_batched, joined_at, joined_offset
    FROM members JOIN connections USING (connection_id)
    WHERE channel = ? ORDER BY members.connection_id LIMIT ${MEMBERS}`,
  history: `SELECT "offset", published_at, content FROM log WHERE channel = ? AND "offset" > ? ORDER BY "offset" LIMIT 100`,
  remove: 'DELETE FROM connections WHERE connection_id = ?',
};

function open(dataDir: string): DatabaseSync {
  const database = new DatabaseSync(joinPath(dataDir, 'backchannel.sqlite'), { timeout: 2000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
  return database;
}

/** The embedded store's file and pragmas, and one prepared statement per operation. */
export function rawSqlite(dataDir: string): Engine {
  const database = open(dataDir);
  const { put, join, touch, isMember, members, history, remove } = Object.fromEntries(
    Object.entries(STATEMENTS).map(([name, sql]) => [name, database.prepare(sql)]),
  ) as Record<keyof typeof STATEMENTS, ReturnType<DatabaseSync['prepare']>>;
  return {
    put: (connectionId) => put.run(connectionId, Date.now(), Date.now(), Date.now() + LIFETIME_MS),
    join: (channel, connectionId) => join.run(channel, connectionId, Date.now()),
    touch: (connectionId) => touch.run(Date.now(), connectionId),
    isMember: (channel, connectionId) => isMember.get(channel, connectionId),
    members: (channel) => members.all(channel),
    history: (after) => history.all(LOGGED, after),
    remove: (connectionId) => remove.run(connectionId),
  };
}

/** Loads connections that are members, with the numbers from `from` to `to - 1`, in one transaction. */
export function loadSqlite(dataDir: string, from: number, to: number): void {
  using database = open(dataDir);
  database.exec('PRAGMA cache_size = -1000000; BEGIN IMMEDIATE');
  const begin = database.prepare(
    `INSERT INTO channels (channel, epoch, "offset", age_ms, used_at) VALUES (?, 'e', 0, 0, ?)`,
  );
  const put = database.prepare(STATEMENTS.put);
  const join = database.prepare(STATEMENTS.join);
  const now = Date.now();
  for (let n = from; n < to; n++) put.run(idOf(n), now, now, now + LIFETIME_MS);
  for (let n = from; n < to; n++) {
    if (n % MEMBERS === 0) begin.run(channelOf(n), now);
    join.run(channelOf(n), idOf(n), now);
  }
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
}
