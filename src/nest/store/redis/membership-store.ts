import { type ConnectionId } from '../../../api/integration.js';
import { type ChannelName } from '../../../api/messages.js';
import { type JoinOutcome, type Member, type MemberRange, MembershipStore } from '../membership-store.js';
import { CUT_MEMBERS, ENTER_CHANNEL, EXIT_CHANNEL, UNINDEX_CHANNEL } from './channel-scripts.js';
import {
  BEGIN_MEMBERSHIP,
  CHECK_MEMBERSHIP,
  END_MEMBERSHIP,
  ENTER_INDEX,
  LEAVE_INDEX,
} from './connection-scripts.js';
import { type Context, LOG_TTL_MS, newUniqueName, redisTtlMs } from './context.js';
import { indexOf, INDEXES } from './keys.js';
import { afterMember, fromMember, idOfMember, unpackMember } from './packed.js';
import { toPosition } from './log-store.js';
import { type Reply } from './redis-server.js';

/** A membership as the connection's hash has it. */
export interface Membership {
  readonly channel: ChannelName;
  readonly token: string;
}

/**
 * Memberships. Each is stored twice, because no command spans hash slots: with the connection, which decides, and with
 * the channel, where it is read. Each membership has a token. After a write to the channel, the task reads the
 * connection again and corrects the channel if the connection has changed, so that both agree for any interleaving of
 * several writers. What a task leaves behind that ends between two steps expires with the connection.
 */
export class RedisMembershipStore extends MembershipStore {
  constructor(private readonly context: Context) {
    super();
  }

  async join(channel: ChannelName, connectionId: ConnectionId, maxChannels: number): Promise<JoinOutcome> {
    const { server, now } = this.context;
    const begun = await server.run(BEGIN_MEMBERSHIP, this.#keysOf(connectionId), [
      now(),
      channel,
      maxChannels,
    ]);
    const [kind, token, expiresAt, owner] = begun as [JoinOutcome['kind'], string, string, string];
    if (kind === 'unknown_connection' || kind === 'too_many_channels') return { kind };
    return { kind, position: await this.enter(connectionId, { channel, token }, expiresAt, owner) };
  }

  async leave(channel: ChannelName, connectionId: ConnectionId): Promise<boolean> {
    const { server, now } = this.context;
    const ended = await server.run(END_MEMBERSHIP, this.#keysOf(connectionId), [now(), channel]);
    const [wasMember, token] = ended as [number?, string?];
    if (token !== undefined) await this.exit(connectionId, { channel, token });
    else await this.#removeLeftover(channel, connectionId);
    return wasMember === 1;
  }

  /** Writes a membership to its channel. @returns the position of the log at that moment */
  async enter(connectionId: ConnectionId, membership: Membership, expiresAt: string, owner: string) {
    const { server, keys, now } = this.context;
    const { channel, token } = membership;
    const present = now();
    // later than the member expires, so that not every join must index the channel again; and random, so that a task
    // that removes the channel from the index notices a join in the meantime
    const indexedUntil = Number(expiresAt) + (1 + Math.random()) * INDEXED_FOR_MS;
    const ttlMs = redisTtlMs(indexedUntil - present);
    const log = [newUniqueName(), LOG_TTL_MS, present] as const;
    const args = [...log, connectionId, token, expiresAt, owner, indexedUntil, ttlMs];
    const entered = await server.run(ENTER_CHANNEL, this.#keysOfChannel(channel), args);
    const [epoch, offset, mustBeIndexed] = entered as [string, string, number];
    const [checked] = await Promise.all([
      server.run(CHECK_MEMBERSHIP, this.#keysOf(connectionId), [present, channel]),
      mustBeIndexed === 1 &&
        server.run(
          ENTER_INDEX,
          [keys.channelIndex(indexOf(channel))],
          [present, indexedUntil, channel, ttlMs],
        ),
    ]);
    const [currentToken, currentExpiresAt, currentOwner] = checked as string[];
    if (currentToken !== token) await this.exit(connectionId, membership);
    else if (currentExpiresAt !== expiresAt || currentOwner !== owner) {
      await this.enter(connectionId, membership, currentExpiresAt!, currentOwner!);
    }
    return toPosition([epoch, offset]);
  }

  /** Removes a membership from its channel, but not a later one of the same connection. */
  async exit(connectionId: ConnectionId, { channel, token }: Membership): Promise<void> {
    const { server, now } = this.context;
    const args = [now(), connectionId, token];
    await this.#leaveIndex(channel, await server.run(EXIT_CHANNEL, this.#keysOfChannel(channel), args));
  }

  async isMember(channel: ChannelName, connectionId: ConnectionId): Promise<boolean> {
    const member = await this.#find(channel, connectionId);
    return member !== undefined && member.expiresAt > this.context.now();
  }

  async countMembers(channel: ChannelName): Promise<number> {
    const { server, keys, now } = this.context;
    const key = keys.memberExpiry(channel);
    return Number(await server.send(key, ['ZCOUNT', key, `(${now()}`, '+inf']));
  }

  async *members(channel: ChannelName, { after, until }: MemberRange = {}): AsyncIterable<readonly Member[]> {
    const { pageSize, now } = this.context;
    const end = until === undefined ? '+' : `(${afterMember(until)}`;
    let next = this.#read(channel, after === undefined ? '-' : `[${afterMember(after)}`, end);
    for (;;) {
      const packed = await next;
      const last = packed.at(-1);
      const isLast = packed.length < pageSize || last === undefined;
      if (!isLast) {
        // reads ahead while the caller uses this page
        next = this.#read(channel, `[${afterMember(idOfMember(last))}`, end);
        // a failure is thrown at the await above, unless the caller stops before
        next.catch(() => {});
      }
      const present = now();
      const members: Member[] = [];
      for (const text of packed) {
        const { member, expiresAt } = unpackMember(text);
        if (expiresAt > present) members.push(member);
      }
      if (members.length > 0) yield members;
      if (isLast) return;
    }
  }

  async memberRanges(channel: ChannelName, size: number): Promise<readonly MemberRange[]> {
    const { server, now } = this.context;
    const packed = (await server.run(CUT_MEMBERS, this.#keysOfChannel(channel), [now(), size])) as string[];
    const cuts = packed.map(idOfMember);
    return [...cuts, undefined].map((until, index) => ({
      ...(index > 0 && { after: cuts[index - 1]! }),
      ...(until !== undefined && { until }),
    }));
  }

  /** The number of channels with members. */
  async countChannels(): Promise<number> {
    let count = 0;
    for (let index = 0; index < INDEXES; index += 1) count += await this.#countIndexed(index);
    return count;
  }

  /** Also removes channels without members from the index. */
  async #countIndexed(index: number): Promise<number> {
    const { server, keys, now } = this.context;
    const key = keys.channelIndex(index);
    const range = ['ZRANGE', key, `(${now()}`, '+inf', 'BYSCORE', 'WITHSCORES'];
    const indexed = (await server.send(key, range)) as string[];
    const counted = await Promise.all(
      pairs(indexed).map(async ([channel, indexedUntil]) => {
        if ((await this.countMembers(channel as ChannelName)) > 0) return 1;
        const emptied = await server.run(UNINDEX_CHANNEL, this.#keysOfChannel(channel as ChannelName), [
          now(),
        ]);
        // empty if a task ended between the two writes, so that only the index knows the time
        await this.#leaveIndex(channel as ChannelName, emptied === '' ? indexedUntil : emptied);
        return 0;
      }),
    );
    return counted.reduce<number>((sum, one) => sum + one, 0);
  }

  /** @param indexedUntil a string if the channel must be removed from the index */
  async #leaveIndex(channel: ChannelName, indexedUntil: Reply): Promise<void> {
    if (typeof indexedUntil !== 'string') return;
    const index = this.context.keys.channelIndex(indexOf(channel));
    await this.context.server.run(LEAVE_INDEX, [index], [channel, indexedUntil]);
  }

  /** Removes the entry that a task has left behind if it ended during a leave. */
  async #removeLeftover(channel: ChannelName, connectionId: ConnectionId): Promise<void> {
    const { server, keys } = this.context;
    const leftover = await this.#find(channel, connectionId);
    if (leftover === undefined) return;
    const key = keys.channelsOf(connectionId);
    const token = await server.send(key, ['HGET', key, channel]);
    if (token !== leftover.token) await this.exit(connectionId, { channel, token: leftover.token });
  }

  async #find(channel: ChannelName, connectionId: ConnectionId) {
    const [packed] = await this.#read(
      channel,
      `[${fromMember(connectionId)}`,
      `(${afterMember(connectionId)}`,
      1,
    );
    return packed === undefined ? undefined : unpackMember(packed);
  }

  async #read(
    channel: ChannelName,
    from: string,
    to: string,
    limit = this.context.pageSize,
  ): Promise<string[]> {
    const { server, keys } = this.context;
    const key = keys.members(channel);
    return (await server.send(key, [
      'ZRANGE',
      key,
      from,
      to,
      'BYLEX',
      'LIMIT',
      '0',
      String(limit),
    ])) as string[];
  }

  #keysOf(connectionId: ConnectionId): string[] {
    const { keys } = this.context;
    return [keys.connection(connectionId), keys.channelsOf(connectionId)];
  }

  #keysOfChannel(channel: ChannelName): string[] {
    const { keys } = this.context;
    return [keys.log(channel), keys.entries(channel), keys.members(channel), keys.memberExpiry(channel)];
  }
}

const INDEXED_FOR_MS = 600_000;

/** Splits a flat list (name, value, …) into pairs. */
export function pairs(list: readonly string[]): (readonly [string, string])[] {
  return Array.from({ length: list.length / 2 }, (_, index) => [list[2 * index]!, list[2 * index + 1]!]);
}
