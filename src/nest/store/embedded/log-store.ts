import { randomBytes } from 'node:crypto';
import { type ChannelName } from '../../../api/messages.js';
import {
  type AppendKey,
  type Appended,
  type LogEntry,
  LogStore,
  type Position,
  type Retention,
} from '../log-store.js';
import { KeyReusedError } from '../store.errors.js';
import { type EmbeddedDatabase } from './database.js';
import { toPosition } from './rows.js';

export class EmbeddedLogStore extends LogStore {
  readonly #database: EmbeddedDatabase;

  constructor(database: EmbeddedDatabase) {
    super();
    this.#database = database;
  }

  async append(
    channel: ChannelName,
    content: string,
    { messages, ageMs }: Retention,
    once?: AppendKey,
  ): Promise<Appended> {
    const { statements } = this.#database;
    const now = this.#database.now();
    const outcome = this.#database.growCounted(() => {
      const known = once && statements.findAppend.get(channel, once.key, now);
      if (known) return { known };
      const advanced = statements.advance.get(channel, newEpoch(), ageMs, now);
      const appended = toPosition(advanced);
      // `now`, or the time of the entry before if the clock was set back since
      const publishedAt = Number(advanced?.['usedAt']);
      if (messages > 0) {
        statements.append.run(channel, appended.offset, publishedAt, publishedAt + ageMs, content);
      }
      statements.trim.run(channel, appended.offset - messages);
      if (once) {
        const { key, fingerprint, ttlMs } = once;
        statements.keepAppend.run(channel, key, fingerprint, appended.epoch, appended.offset, now + ttlMs);
      }
      return { appended };
    });
    if (outcome.appended) {
      this.#database.removeExpired();
      return outcome.appended;
    }
    if (outcome.known['fingerprint'] === once?.fingerprint) {
      return { ...toPosition(outcome.known), isRepeat: true };
    }
    throw new KeyReusedError(`the key was used in ${channel} with another fingerprint`);
  }

  async position(channel: ChannelName): Promise<Position> {
    const known = await this.findPosition(channel);
    return known ?? this.#database.growInTransaction(() => this.positionInTransaction(channel));
  }

  async findPosition(channel: ChannelName): Promise<Position | undefined> {
    const row = this.#database.attempt(() => this.#database.statements.position.get(channel));
    return row && toPosition(row);
  }

  async findPositions(channels: readonly ChannelName[]): Promise<ReadonlyMap<ChannelName, Position>> {
    const rows = this.#database.attempt(() =>
      this.#database.statements.positions.all({ channels: JSON.stringify(channels) }),
    );
    return new Map(rows.map((row) => [row['channel'] as ChannelName, toPosition(row)]));
  }

  /** As {@link position}, for a caller that has begun a transaction. */
  positionInTransaction(channel: ChannelName): Position {
    const { statements, now } = this.#database;
    const known = statements.position.get(channel);
    if (known) return toPosition(known);
    const epoch = newEpoch();
    statements.beginLog.run(channel, epoch, now());
    return { epoch, offset: 0 };
  }

  async readLog(channel: ChannelName, after: number, limit: number): Promise<readonly LogEntry[]> {
    return this.#database.attempt(
      () =>
        this.#database.statements.readLog.all(
          channel,
          after,
          this.#database.now(),
          limit,
        ) as unknown as readonly LogEntry[],
    );
  }
}

const newEpoch = () => randomBytes(9).toString('base64url');
