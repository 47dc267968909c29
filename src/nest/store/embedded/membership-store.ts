import { type ConnectionId } from '../../../api/integration.js';
import { type ChannelName } from '../../../api/messages.js';
import { type JoinOutcome, type Member, type MemberRange, MembershipStore } from '../membership-store.js';
import { type EmbeddedDatabase } from './database.js';
import { type EmbeddedLogStore } from './log-store.js';
import { hadNotExpired, toMember, toPosition } from './rows.js';

export class EmbeddedMembershipStore extends MembershipStore {
  readonly #database: EmbeddedDatabase;
  readonly #logs: EmbeddedLogStore;

  constructor(database: EmbeddedDatabase, logs: EmbeddedLogStore) {
    super();
    this.#database = database;
    this.#logs = logs;
  }

  async join(channel: ChannelName, connectionId: ConnectionId, maxChannels: number): Promise<JoinOutcome> {
    const { statements } = this.#database;
    const now = this.#database.now();
    const insert = () => statements.join.get({ channel, connectionId, now, maxChannels });
    const joined = this.#database.mustCount
      ? this.#database.growCounted(insert)
      : this.#database.grow(insert);
    if (joined) return { kind: 'joined', position: toPosition(joined) };
    return this.#database.growInTransaction((): JoinOutcome => {
      if (!statements.getConnection.get(connectionId, now)) return { kind: 'unknown_connection' };
      const isMember = statements.isMember.get(channel, connectionId, now) !== undefined;
      const others = Number(statements.countOtherChannels.get(connectionId, channel)?.['count']);
      if (!isMember && others >= maxChannels) return { kind: 'too_many_channels' };
      const position = this.#logs.positionInTransaction(channel);
      if (isMember) return { kind: 'was_member', position };
      // the first insert found no log of the channel; now there is one
      insert();
      return { kind: 'joined', position };
    });
  }

  async leave(channel: ChannelName, connectionId: ConnectionId): Promise<boolean> {
    const { statements } = this.#database;
    const now = this.#database.now();
    return this.#database.attempt(() => {
      const left = statements.leave.get(channel, connectionId);
      if (left?.['logOffset'] === 0) statements.keepEmptyLog.run({ now, channel });
      return hadNotExpired(left, now);
    });
  }

  async isMember(channel: ChannelName, connectionId: ConnectionId): Promise<boolean> {
    return this.#database.attempt(
      () => this.#database.statements.isMember.get(channel, connectionId, this.#database.now()) !== undefined,
    );
  }

  async findMemberships(
    connectionId: ConnectionId,
    channels: readonly ChannelName[],
  ): Promise<readonly ChannelName[]> {
    const { statements, now } = this.#database;
    const found = this.#database.attempt(() =>
      statements.findMemberships.all({ connectionId, now: now(), channels: JSON.stringify(channels) }),
    );
    return found.map(({ channel }) => channel as ChannelName);
  }

  async countMembers(channel: ChannelName, atMost = Infinity): Promise<number> {
    // SQLite reads a negative LIMIT as none
    const limit = Number.isFinite(atMost) ? atMost : -1;
    return this.#database.attempt(() =>
      Number(this.#database.statements.countMembers.get(channel, this.#database.now(), limit)?.['count']),
    );
  }

  async *members(channel: ChannelName, range: MemberRange = {}): AsyncIterable<readonly Member[]> {
    const { statements, now, pageSize } = this.#database;
    const { until = null } = range;
    let after: string = range.after ?? '';
    for (;;) {
      const rows = this.#database.attempt(() =>
        statements.members.all({ channel, after, until, now: now(), limit: pageSize }),
      );
      const page = rows.map(toMember);
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      after = last.connectionId;
    }
  }

  async memberRanges(channel: ChannelName, size: number): Promise<readonly MemberRange[]> {
    const rows = this.#database.attempt(() => this.#database.statements.cuts.all(channel, size));
    const cuts = rows.map(({ connectionId }) => connectionId as ConnectionId);
    return [...cuts, undefined].map((until, index) => ({ after: cuts[index - 1], until }));
  }
}
