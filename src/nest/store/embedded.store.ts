import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import { type ConnectionId, type UserId } from '../../api/integration.js';
import { type ChannelName } from '../../api/messages.js';
import { ConfigError } from '../../service/configuration/config.js';
import { explainFileError, makeFolder } from './embedded/data-folder.js';
import { migrate } from './embedded/schema.js';
import { prepare, type Statements } from './embedded/statements.js';
import { StoreUnavailableError } from './store.errors.js';
import {
  type Connection,
  type JoinOutcome,
  type LogEntry,
  type Member,
  type MemberRange,
  type NewConnection,
  type Position,
  type Retention,
  type Shard,
  Store,
} from './store.js';

export interface EmbeddedStoreOptions {
  /** Folder of the file; made when it is missing. */
  readonly dataDir: string;
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number;
  /** Members read at once. */
  readonly pageMembers?: number;
}

/**
 * State in one SQLite file, for a service that is one process; several on one machine may share it. What has been
 * written outlives the process, however it ends; when the machine loses power, the last moments before may be lost
 * (`synchronous=NORMAL`).
 *
 * SQLite answers in microseconds and on this thread, so the methods are asynchronous in their signature only.
 */
export class EmbeddedStore extends Store {
  readonly #database: DatabaseSync;
  readonly #now: () => number;
  readonly #pageMembers: number;
  readonly #statements: Statements;
  #touches: Touch[] = [];
  #writes = 0;

  /** @throws {ConfigError} when the folder or the file in it cannot be used */
  static open(options: EmbeddedStoreOptions): EmbeddedStore {
    try {
      makeFolder(options.dataDir);
      return new EmbeddedStore(options);
    } catch (error) {
      throw new ConfigError(
        [`DATA_DIR=${options.dataDir}: the store cannot be opened: ${explainFileError(error)}`],
        { cause: error },
      );
    }
  }

  private constructor({ dataDir, now = Date.now, pageMembers = 1000 }: EmbeddedStoreOptions) {
    super();
    this.#now = now;
    this.#pageMembers = pageMembers;
    this.#database = new DatabaseSync(join(dataDir, 'backchannel.sqlite'), { timeout: BUSY_TIMEOUT_MS });
    try {
      this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
      migrate(this.#database);
      this.#statements = prepare(this.#database);
      // what has expired while nobody wrote
      for (const table of ['connections', 'log', 'answers']) {
        this.#database.prepare(`DELETE FROM ${table} WHERE expires_at <= ?`).run(now());
      }
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  async putConnection(connection: NewConnection): Promise<void> {
    const { connectionId, userId = null, isBatched = false, connectedAt, expiresAt } = connection;
    const now = this.#now();
    const put = () =>
      this.#statements.putConnection.run(connectionId, userId, Number(isBatched), connectedAt, expiresAt, now)
        .changes === 1;
    if (this.#attempt(put)) return this.#clear();
    // one that has expired is there, and must not hand its channels on
    this.#transaction(() => {
      this.#statements.removeExpired.run(connectionId, now);
      put();
    });
  }

  /** Those of one turn of the event loop together: every message touches, and a commit costs more than the update in it. */
  touchConnection(connectionId: ConnectionId): Promise<Connection | undefined> {
    return new Promise((resolve, reject) => {
      this.#touches.push({ connectionId, resolve, reject });
      if (this.#touches.length === 1) setImmediate(() => this.#touchAll());
    });
  }

  async getConnection(connectionId: ConnectionId): Promise<Connection | undefined> {
    return this.#attempt(() => {
      const row = this.#statements.getConnection.get(connectionId, this.#now());
      return row && toConnection(row);
    });
  }

  async removeConnection(connectionId: ConnectionId): Promise<readonly ChannelName[] | undefined> {
    return this.#transaction(() => {
      const channels = this.#statements.channelsOf.all(connectionId);
      const wasThere = this.#hasNotExpired(this.#statements.removeConnection.get(connectionId));
      return wasThere ? channels.map(({ channel }) => channel as ChannelName) : undefined;
    });
  }

  async *connectionsOf(userId: UserId): AsyncIterable<readonly Connection[]> {
    let after = '';
    for (;;) {
      const rows = this.#attempt(() =>
        this.#statements.connectionsOf.all(userId, after, this.#now(), this.#pageMembers),
      );
      const page = rows.map(toConnection);
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      after = last.connectionId;
    }
  }

  async *idleConnections(since: number): AsyncIterable<readonly Connection[]> {
    let after = '';
    for (;;) {
      const rows = this.#attempt(() => this.#statements.connections.all(after, this.#pageMembers));
      const page = rows.map(toConnection);
      const last = page.at(-1);
      if (last === undefined) return;
      const idle = page.filter(
        ({ lastActiveAt, expiresAt }) => lastActiveAt < since && expiresAt > this.#now(),
      );
      if (idle.length > 0) yield idle;
      after = last.connectionId;
      // all of them are looked at, on the thread that serves
      await turn();
    }
  }

  async counts(): Promise<{ readonly connections: number; readonly channels: number }> {
    return this.#attempt(() => {
      const row = this.#statements.counts.get({ ':now': this.#now() });
      return { connections: Number(row?.['connections']), channels: Number(row?.['channels']) };
    });
  }

  async join(channel: ChannelName, connectionId: ConnectionId, maxChannels: number): Promise<JoinOutcome> {
    const now = this.#now();
    const joined = this.#attempt(() => this.#statements.join.get(channel, connectionId, now, maxChannels));
    if (joined) return { kind: 'joined', position: toPosition(joined) };
    return this.#transaction((): JoinOutcome => {
      if (!this.#statements.getConnection.get(connectionId, now)) return { kind: 'unknown_connection' };
      const position = this.#position(channel);
      if (this.#statements.isMember.get(channel, connectionId, now)) return { kind: 'was_member', position };
      const others = Number(this.#statements.countOtherChannels.get(connectionId, channel)?.['count']);
      if (others >= maxChannels) return { kind: 'too_many_channels' };
      // the channel had no log yet
      this.#statements.join.get(channel, connectionId, now, maxChannels);
      return { kind: 'joined', position };
    });
  }

  async leave(channel: ChannelName, connectionId: ConnectionId): Promise<boolean> {
    return this.#attempt(() => this.#hasNotExpired(this.#statements.leave.get(channel, connectionId)));
  }

  async isMember(channel: ChannelName, connectionId: ConnectionId): Promise<boolean> {
    return this.#attempt(
      () => this.#statements.isMember.get(channel, connectionId, this.#now()) !== undefined,
    );
  }

  async countMembers(channel: ChannelName, atMost = Infinity): Promise<number> {
    // SQLite takes less than nothing for no limit
    const limit = Number.isFinite(atMost) ? atMost : -1;
    return this.#attempt(() =>
      Number(this.#statements.countMembers.get(channel, this.#now(), limit)?.['count']),
    );
  }

  async *members(channel: ChannelName, range: MemberRange = {}): AsyncIterable<readonly Member[]> {
    const { until = null } = range;
    let after: string = range.after ?? '';
    for (;;) {
      const rows = this.#attempt(() =>
        this.#statements.members.all(channel, after, until, this.#now(), this.#pageMembers),
      );
      const page = rows.map(toMember);
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      after = last.connectionId;
    }
  }

  async memberRanges(channel: ChannelName, size: number): Promise<readonly MemberRange[]> {
    const cuts = this.#attempt(() => this.#statements.cuts.all(channel, size)).map(
      ({ connectionId }) => connectionId as ConnectionId,
    );
    return [...cuts, undefined].map((until, index) => ({ after: cuts[index - 1], until }));
  }

  async append(channel: ChannelName, content: string, { messages, ageMs }: Retention): Promise<Position> {
    const now = this.#now();
    const position = this.#transaction(() => {
      const appended = toPosition(this.#statements.advance.get(channel, newEpoch(), ageMs, now));
      if (messages > 0) this.#statements.append.run(channel, appended.offset, now, now + ageMs, content);
      this.#statements.trim.run(channel, appended.offset - messages);
      return appended;
    });
    this.#clear();
    return position;
  }

  async position(channel: ChannelName): Promise<Position> {
    return this.#transaction(() => this.#position(channel));
  }

  async readLog(channel: ChannelName, after: number, limit: number): Promise<readonly LogEntry[]> {
    return this.#attempt(
      () =>
        this.#statements.readLog.all(channel, after, this.#now(), limit) as unknown as readonly LogEntry[],
    );
  }

  async putShards(contents: readonly string[]): Promise<void> {
    this.#transaction(() => {
      for (const content of contents) this.#statements.putShard.run(content);
    });
  }

  async takeShard(leaseMs: number): Promise<Shard | undefined> {
    const now = this.#now();
    return this.#attempt(() => {
      const row = this.#statements.takeShard.get(now + leaseMs, now);
      return row && ({ ...row, progress: row['progress'] ?? undefined } as unknown as Shard);
    });
  }

  async renewShard({ shardId, takes }: Shard, leaseMs: number, progress: string): Promise<boolean> {
    const now = this.#now();
    return this.#attempt(
      () => this.#statements.renewShard.run(now + leaseMs, progress, shardId, takes, now).changes === 1,
    );
  }

  async releaseShard({ shardId, takes }: Shard, progress: string | undefined): Promise<void> {
    this.#attempt(() => this.#statements.releaseShard.run(progress ?? null, shardId, takes, this.#now()));
  }

  async finishShard({ shardId, takes }: Shard): Promise<void> {
    this.#attempt(() => this.#statements.finishShard.run(shardId, takes));
  }

  async countShards(): Promise<number> {
    return this.#attempt(() => Number(this.#statements.countShards.get()?.['count']));
  }

  async reserve(key: string, ttlMs: number): Promise<'reserved' | { readonly answer: string | undefined }> {
    const now = this.#now();
    this.#clear();
    return this.#transaction(() => {
      if (this.#statements.reserve.run(key, now + ttlMs, now).changes === 1) return 'reserved';
      return { answer: (this.#statements.answer.get(key)?.['answer'] ?? undefined) as string | undefined };
    });
  }

  async keepAnswer(key: string, answer: string, ttlMs: number): Promise<void> {
    this.#attempt(() => this.#statements.keepAnswer.run(key, answer, this.#now() + ttlMs));
  }

  async release(key: string): Promise<void> {
    this.#attempt(() => this.#statements.release.run(key));
  }

  async ping(): Promise<void> {
    this.#attempt(() => this.#statements.ping.get());
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  #touchAll(): void {
    const touches = this.#touches;
    this.#touches = [];
    const ids = JSON.stringify(touches.map(({ connectionId }) => connectionId));
    try {
      const rows = this.#attempt(() => this.#statements.touchConnections.all(this.#now(), ids));
      const byId = new Map(rows.map((row) => [row['connectionId'], row]));
      for (const { connectionId, resolve } of touches) {
        const row = byId.get(connectionId);
        resolve(row && toConnection(row));
      }
    } catch (error) {
      for (const { reject } of touches) reject(error as Error);
    }
  }

  /** Takes away what has expired: at some writes, and then more than what the writes since the last time can have added. */
  #clear(): void {
    this.#writes += 1;
    if (this.#writes % CLEAR_AFTER_WRITES !== 0) return;
    const now = this.#now();
    const limit = 2 * CLEAR_AFTER_WRITES;
    this.#attempt(() => {
      this.#statements.clearConnections.run(now, limit);
      this.#statements.clearLog.run(now, limit);
      this.#statements.clearAnswers.run(now, limit);
      this.#statements.clearChannels.run(now - UNUSED_CHANNEL_MS, limit);
    });
  }

  #position(channel: ChannelName): Position {
    const known = this.#statements.position.get(channel);
    if (known) return toPosition(known);
    const epoch = newEpoch();
    this.#statements.beginLog.run(channel, epoch, this.#now());
    return { epoch, offset: 0 };
  }

  /** Of a row that was deleted just now: whether it still counted. */
  #hasNotExpired(deleted: Record<string, unknown> | undefined): boolean {
    return deleted !== undefined && Number(deleted['expiresAt']) > this.#now();
  }

  #transaction<T>(work: () => T): T {
    return this.#attempt(() => {
      this.#statements.begin.run();
      try {
        const result = work();
        this.#statements.commit.run();
        return result;
      } catch (error) {
        if (this.#database.isTransaction) this.#statements.rollback.run();
        throw error;
      }
    });
  }

  /** @throws {StoreUnavailableError} the file is closed, full, or locked by another process for too long */
  #attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StoreUnavailableError(`the file of the store cannot be used: ${reason}`, { cause: error });
    }
  }
}

type Row = Readonly<Record<string, unknown>>;

interface Touch {
  readonly connectionId: ConnectionId;
  readonly resolve: (connection: Connection | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** Field by field, as every message reads one. */
function toConnection({
  connectionId,
  connectedAt,
  expiresAt,
  lastActiveAt,
  userId,
  isBatched,
}: Row): Connection {
  const connection = { connectionId, connectedAt, expiresAt, lastActiveAt };
  if (userId === null && isBatched === 0) return connection as Connection;
  return withoutDefaults({ ...connection, userId, isBatched }) as unknown as Connection;
}

function toMember(row: Row): Member {
  return withoutDefaults(row) as unknown as Member;
}

/** What was left out when it was put is left out here, too. */
function withoutDefaults({ userId, isBatched, ...rest }: Row): Row {
  return { ...rest, ...(userId !== null && { userId }), ...(isBatched === 1 && { isBatched: true }) };
}

function toPosition(row: Row | undefined): Position {
  return { epoch: row?.['epoch'] as string, offset: row?.['offset'] as number };
}

const newEpoch = () => randomBytes(9).toString('base64url');

/** How long a write waits for another process that has the file open, a backup for example. */
const BUSY_TIMEOUT_MS = 2000;

const CLEAR_AFTER_WRITES = 64;

/** A channel that nobody has published to for so long begins a new log. Longer than any log is kept. */
const UNUSED_CHANNEL_MS = 30 * 86_400_000;
