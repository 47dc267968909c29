import { type DatabaseSync } from 'node:sqlite';

/** Each step changes one schema to the next. The file's `user_version` is the number of steps done. */
const MIGRATIONS = [
  `CREATE TABLE connections (
     connection_id  TEXT PRIMARY KEY,
     connected_at   INTEGER NOT NULL,
     last_active_at INTEGER NOT NULL,
     expires_at     INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX connections_by_expiry ON connections (expires_at);
   CREATE TABLE members (
     channel        TEXT NOT NULL,
     connection_id  TEXT NOT NULL REFERENCES connections ON DELETE CASCADE,
     joined_at      INTEGER NOT NULL,
     PRIMARY KEY (channel, connection_id)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX members_by_connection ON members (connection_id);`,
  'ALTER TABLE connections ADD COLUMN user_id TEXT',
  `ALTER TABLE connections ADD COLUMN is_batched INTEGER NOT NULL DEFAULT 0;
   CREATE INDEX connections_by_user ON connections (user_id, connection_id) WHERE user_id IS NOT NULL;
   ALTER TABLE members ADD COLUMN joined_offset INTEGER NOT NULL DEFAULT 0;
   CREATE TABLE channels (
     channel        TEXT PRIMARY KEY,
     epoch          TEXT NOT NULL,
     "offset"       INTEGER NOT NULL,
     age_ms         INTEGER NOT NULL,
     used_at        INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX channels_by_use ON channels (used_at);
   CREATE TABLE log (
     channel        TEXT NOT NULL,
     "offset"       INTEGER NOT NULL,
     published_at   INTEGER NOT NULL,
     expires_at     INTEGER NOT NULL,
     content        TEXT NOT NULL,
     PRIMARY KEY (channel, "offset")
   ) STRICT;
   CREATE INDEX log_by_expiry ON log (expires_at);
   CREATE TABLE shards (
     shard_id       INTEGER PRIMARY KEY AUTOINCREMENT,
     content        TEXT NOT NULL,
     progress       TEXT,
     takes          INTEGER NOT NULL DEFAULT 0,
     leased_until   INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE TABLE answers (
     key            TEXT PRIMARY KEY,
     answer         TEXT,
     expires_at     INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX answers_by_expiry ON answers (expires_at);`,
  `CREATE INDEX empty_channels ON channels (used_at) WHERE "offset" = 0;
   CREATE TABLE appends (
     channel        TEXT NOT NULL,
     key            TEXT NOT NULL,
     fingerprint    TEXT NOT NULL,
     epoch          TEXT NOT NULL,
     "offset"       INTEGER NOT NULL,
     expires_at     INTEGER NOT NULL,
     PRIMARY KEY (channel, key)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX appends_by_expiry ON appends (expires_at);
   DROP TABLE answers;
   CREATE TABLE reservations (
     key            TEXT PRIMARY KEY,
     owner          TEXT NOT NULL,
     result         TEXT,
     expires_at     INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX reservations_by_expiry ON reservations (expires_at);
   CREATE TABLE file (
     id             INTEGER PRIMARY KEY CHECK (id = 1),
     writes         INTEGER NOT NULL,
     identity       TEXT NOT NULL,
     probed_at      INTEGER NOT NULL
   ) STRICT;
   INSERT INTO file VALUES (1, 0, '', 0);`,
  'ALTER TABLE connections ADD COLUMN session TEXT',
];

/** @throws {Error} the file is of a newer Backchannel */
export function migrate(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > MIGRATIONS.length) {
    throw new Error(
      `the file has schema ${version} of a newer Backchannel; this version knows schemas up to ${MIGRATIONS.length}`,
    );
  }
  for (const step of MIGRATIONS.slice(version)) database.exec(step);
  database.exec(`PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`);
}
