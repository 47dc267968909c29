import { type DatabaseSync, type StatementSync } from 'node:sqlite';

export type Statements = Readonly<Record<keyof typeof STATEMENTS, StatementSync>>;

export function prepare(database: DatabaseSync): Statements {
  const prepared = Object.entries(STATEMENTS).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(prepared) as Statements;
}

const CONNECTION = `connection_id AS connectionId, user_id AS userId, is_batched AS isBatched, session,
  connected_at AS connectedAt, expires_at AS expiresAt, last_active_at AS lastActiveAt`;

/** Parameters that occur twice have names: Node.js 22 cannot bind numbered ones by position. */
const STATEMENTS = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',

  removeExpired: 'DELETE FROM connections WHERE connection_id = ? AND expires_at <= ?',
  putConnection: `
    INSERT INTO connections (connection_id, user_id, is_batched, session, connected_at, expires_at, last_active_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET
      user_id = excluded.user_id,
      is_batched = excluded.is_batched,
      session = excluded.session,
      connected_at = excluded.connected_at,
      expires_at = excluded.expires_at,
      last_active_at = excluded.last_active_at
    WHERE connections.expires_at > excluded.last_active_at`,
  touchConnections: `
    UPDATE connections SET last_active_at = $now
    WHERE connection_id IN (SELECT value FROM json_each($connectionIds)) AND expires_at > $now
    RETURNING ${CONNECTION}`,
  getConnection: `SELECT ${CONNECTION} FROM connections WHERE connection_id = ? AND expires_at > ?`,
  removeConnection: 'DELETE FROM connections WHERE connection_id = ? RETURNING expires_at AS expiresAt',
  connectionsOf: `
    SELECT ${CONNECTION} FROM connections
    WHERE user_id = ? AND connection_id > ? AND expires_at > ? ORDER BY connection_id LIMIT ?`,
  connections: `SELECT ${CONNECTION} FROM connections WHERE connection_id > ? ORDER BY connection_id LIMIT ?`,
  countConnections: `
    SELECT max(connection_id) AS last, sum(expires_at > $now) AS count FROM (
      SELECT connection_id, expires_at FROM connections WHERE connection_id > $after ORDER BY connection_id LIMIT $limit)`,
  // the next channel in the index, which skips the other members of each
  channelsAfter: `
    WITH RECURSIVE named (channel) AS (
      SELECT min(channel) FROM members WHERE channel > $after
      UNION ALL
      SELECT (SELECT min(channel) FROM members WHERE members.channel > named.channel) FROM named
      WHERE named.channel IS NOT NULL LIMIT $limit)
    SELECT channel, EXISTS (
      SELECT 1 FROM members JOIN connections USING (connection_id)
      WHERE members.channel = named.channel AND expires_at > $now) AS hasMembers
    FROM named WHERE channel IS NOT NULL`,

  channelsOf: 'SELECT channel FROM members WHERE connection_id = ?',
  countOtherChannels: 'SELECT count(*) AS count FROM members WHERE connection_id = ? AND channel <> ?',
  join: `
    INSERT INTO members (channel, connection_id, joined_at, joined_offset)
    SELECT channel, connection_id, $now, "offset" FROM connections, channels
    WHERE channel = $channel AND connection_id = $connectionId AND expires_at > $now
      AND (SELECT count(*) FROM members WHERE connection_id = $connectionId) < $maxChannels
    ON CONFLICT DO NOTHING
    RETURNING joined_offset AS "offset", (SELECT epoch FROM channels WHERE channel = members.channel) AS epoch`,
  leave: `
    DELETE FROM members WHERE channel = ? AND connection_id = ?
    RETURNING (SELECT expires_at FROM connections WHERE connection_id = members.connection_id) AS expiresAt,
      (SELECT "offset" FROM channels WHERE channel = members.channel) AS logOffset`,
  isMember: `
    SELECT 1 FROM members JOIN connections USING (connection_id)
    WHERE channel = ? AND connection_id = ? AND expires_at > ?`,
  findMemberships: `
    SELECT channel FROM members JOIN connections USING (connection_id)
    WHERE connection_id = $connectionId AND expires_at > $now AND channel IN (SELECT value FROM json_each($channels))`,
  countMembers: `
    SELECT count(*) AS count FROM (
      SELECT 1 FROM members JOIN connections USING (connection_id) WHERE channel = ? AND expires_at > ? LIMIT ?)`,
  // keyset pagination: a page starts after the last member of the previous page, so that no member is skipped when
  // others leave
  members: `
    SELECT connection_id AS connectionId, user_id AS userId, is_batched AS isBatched, joined_at AS joinedAt,
      joined_offset AS joinedOffset
    FROM members JOIN connections USING (connection_id)
    WHERE channel = $channel AND members.connection_id > $after AND ($until IS NULL OR members.connection_id <= $until)
      AND expires_at > $now
    ORDER BY members.connection_id LIMIT $limit`,
  cuts: `
    SELECT connection_id AS connectionId FROM (
      SELECT connection_id, row_number() OVER (ORDER BY connection_id) AS n FROM members WHERE channel = ?)
    WHERE n % ? = 0`,

  position: 'SELECT epoch, "offset" FROM channels WHERE channel = ?',
  positions: `
    SELECT channel, epoch, "offset" FROM channels WHERE channel IN (SELECT value FROM json_each($channels))`,
  // at most once a second for each channel, because each write costs
  keepEmptyLog: `
    UPDATE channels SET used_at = $now WHERE channel = $channel AND "offset" = 0 AND used_at <= $now - 1000`,
  keepEmptyLogsOf: `
    UPDATE channels SET used_at = $now
    WHERE "offset" = 0 AND used_at <= $now - 1000 AND channel IN (SELECT channel FROM members WHERE connection_id = $connectionId)`,
  beginLog: 'INSERT INTO channels (channel, epoch, "offset", age_ms, used_at) VALUES (?, ?, 0, 0, ?)',
  advance: `
    INSERT INTO channels (channel, epoch, "offset", age_ms, used_at) VALUES (?, ?, 1, ?, ?)
    ON CONFLICT DO UPDATE SET
      "offset" = "offset" + 1,
      age_ms = excluded.age_ms,
      used_at = max(used_at, excluded.used_at)
    RETURNING epoch, "offset", used_at AS usedAt`,
  append: 'INSERT INTO log (channel, "offset", published_at, expires_at, content) VALUES (?, ?, ?, ?, ?)',
  trim: 'DELETE FROM log WHERE channel = ? AND "offset" <= ?',
  readLog: `
    SELECT log."offset", published_at AS publishedAt, content FROM log JOIN channels USING (channel)
    WHERE channel = ? AND log."offset" > ? AND published_at > ? - age_ms ORDER BY log."offset" LIMIT ?`,

  findAppend: `
    SELECT fingerprint, epoch, appends."offset" FROM appends JOIN channels USING (channel, epoch)
    WHERE channel = ? AND key = ? AND expires_at > ?`,
  keepAppend: `
    INSERT OR REPLACE INTO appends (channel, key, fingerprint, epoch, "offset", expires_at) VALUES (?, ?, ?, ?, ?, ?)`,

  putShard: 'INSERT INTO shards (content) VALUES (?)',
  takeShard: `
    UPDATE shards SET takes = takes + 1, leased_until = ?
    WHERE shard_id = (SELECT shard_id FROM shards WHERE leased_until <= ? ORDER BY shard_id LIMIT 1)
    RETURNING CAST(shard_id AS TEXT) AS shardId, content, progress, takes`,
  // the number of takes is the fencing token of the task that took the shard
  renewShard: `
    UPDATE shards SET leased_until = ?, progress = ? WHERE shard_id = ? AND takes = ? AND leased_until > ?`,
  releaseShard: `
    UPDATE shards SET leased_until = 0, progress = coalesce(?, progress)
    WHERE shard_id = ? AND takes = ? AND leased_until > ?`,
  finishShard: 'DELETE FROM shards WHERE shard_id = ? AND takes = ? AND leased_until > 0',
  countShards: 'SELECT count(*) AS count FROM shards',

  reserve: `
    INSERT INTO reservations (key, owner, expires_at) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET owner = excluded.owner, result = NULL, expires_at = excluded.expires_at
    WHERE expires_at <= ?`,
  result: 'SELECT result FROM reservations WHERE key = ?',
  renew: `
    UPDATE reservations SET expires_at = ?
    WHERE key = ? AND owner = ? AND result IS NULL AND expires_at > ?`,
  keepResult: `
    INSERT INTO reservations (key, owner, result, expires_at) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET result = excluded.result, expires_at = excluded.expires_at
    WHERE owner = excluded.owner`,
  release: 'DELETE FROM reservations WHERE key = ? AND owner = ? AND result IS NULL',

  probe: 'UPDATE file SET probed_at = ?',
  identity: 'SELECT writes, identity FROM file',
  countWrite: 'UPDATE file SET writes = writes + 1',
  setIdentity: 'UPDATE file SET identity = ?',
  removeConnections: 'DELETE FROM connections',
  removeLogs: 'DELETE FROM log',
  removeAppends: 'DELETE FROM appends',
  removeShards: 'DELETE FROM shards',
  removeReservations: 'DELETE FROM reservations',
  beginEpochs: 'UPDATE channels SET epoch = lower(hex(randomblob(9))), "offset" = "offset" + ?',

  // up to a limit, so that a write does not wait for long
  removeExpiredConnections: `
    DELETE FROM connections WHERE connection_id IN (
      SELECT connection_id FROM connections WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
  // with all entries before them, which expire later if the age limit was longer
  removeExpiredLog: `
    DELETE FROM log WHERE rowid IN (
      SELECT entry.rowid FROM (
        SELECT channel, max("offset") AS last FROM (
          SELECT channel, "offset" FROM log WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)
        GROUP BY channel) AS expired
      JOIN log AS entry ON entry.channel = expired.channel AND entry."offset" <= expired.last)`,
  removeUnusedChannels: `
    DELETE FROM channels WHERE channel IN (
      SELECT channel FROM channels WHERE used_at <= ?
        AND NOT EXISTS (SELECT 1 FROM members WHERE members.channel = channels.channel)
      ORDER BY used_at LIMIT ?)`,
  removeEmptyChannels: `
    DELETE FROM channels WHERE channel IN (
      SELECT channel FROM channels WHERE "offset" = 0 AND used_at <= ?
        AND NOT EXISTS (SELECT 1 FROM members WHERE members.channel = channels.channel)
      ORDER BY used_at LIMIT ?)`,
  removeExpiredAppends: `
    DELETE FROM appends WHERE (channel, key) IN (
      SELECT channel, key FROM appends WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
  removeExpiredReservations: `
    DELETE FROM reservations WHERE key IN (
      SELECT key FROM reservations WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
} as const;
