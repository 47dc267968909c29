import { type ConnectionId } from '../../../api/integration.js';
import { type ChannelName } from '../../../api/messages.js';
import { type JoinOutcome, type Member, type MemberRange } from '../store.js';
import { CUT_MEMBERS, ENTER_CHANNEL, EXIT_CHANNEL, UNINDEX_CHANNEL } from './channel-scripts.js';
import {
  BEGIN_MEMBERSHIP,
  CHECK_MEMBERSHIP,
  END_MEMBERSHIP,
  ENTER_INDEX,
  LEAVE_INDEX,
} from './connection-scripts.js';
import { type Context, LOG_TTL_MS, newName, untilDropped } from './context.js';
import { indexOf, INDEXES } from './keys.js';
import { afterMember, fromMember, idOfMember, unpackMember } from './packed.js';
import { toPosition } from './redis-logs.js';
import { type Reply } from './redis-server.js';

/** A membership as its connection has it. */
export interface Membership {
  readonly channel: ChannelName;
  readonly token: string;
}

/**
 * Who is a member of what. That is written twice, because no command reaches two hash slots: with the connection, which
 * decides, and with the channel, where it is read. Each membership has a token. Who has written to the channel looks
 * again at the connection and corrects what has changed meanwhile, so that both agree however the steps of several
 * writers fall together. What a task that ended between two steps leaves behind ends with the connection.
 */
export class RedisMemberships {
  constructor(private readonly context: Context) {}

  async join(channel: ChannelName, connectionId: ConnectionId, maxChannels: number): Promise<JoinOutcome> {
    const { server, now } = this.context;
    const begun = await server.run(BEGIN_MEMBERSHIP, this.#keysOf(connectionId), [
      now(),
      channel,
      maxChannels,
    ]);
    const [kind, token, expiresAt, who] = begun as [JoinOutcome['kind'], string, string, string];
    if (kind === 'unknown_connection' || kind === 'too_many_channels') return { kind };
    return { kind, position: await this.enter(connectionId, { channel, token }, expiresAt, who) };
  }

  async leave(channel: ChannelName, connectionId: ConnectionId): Promise<boolean> {
    const { server, now } = this.context;
    const ended = await server.run(END_MEMBERSHIP, this.#keysOf(connectionId), [now(), channel]);
    const [wasMember, token] = ended as [number?, string?];
    if (token !== undefined) await this.exit(connectionId, { channel, token });
    else await this.#clearRest(channel, connectionId);
    return wasMember === 1;
  }

  /** Writes a membership to its channel. @returns where the log was at that moment */
  async enter(connectionId: ConnectionId, membership: Membership, expiresAt: string, who: string) {
    const { server, keys, now } = this.context;
    const { channel, token } = membership;
    const present = now();
    // not before the member expires; a while longer, so that not every one who joins has to enter the channel again; and
    // never the same time twice, so that who takes the channel out sees that somebody has joined meanwhile
    const indexedUntil = Number(expiresAt) + (1 + Math.random()) * INDEXED_FOR_MS;
    const ttlMs = untilDropped(indexedUntil - present);
    const log = [newName(), LOG_TTL_MS, present] as const;
    const args = [...log, connectionId, token, expiresAt, who, indexedUntil, ttlMs];
    const entered = await server.run(ENTER_CHANNEL, this.#keysOfChannel(channel), args);
    const [epoch, offset, isToBeIndexed] = entered as [string, string, number];
    const [checked] = await Promise.all([
      server.run(CHECK_MEMBERSHIP, this.#keysOf(connectionId), [present, channel]),
      isToBeIndexed === 1 &&
        server.run(
          ENTER_INDEX,
          [keys.channelIndex(indexOf(channel))],
          [present, indexedUntil, channel, ttlMs],
        ),
    ]);
    const [currentToken, currentExpiresAt, currentWho] = checked as string[];
    if (currentToken !== token) await this.exit(connectionId, membership);
    else if (currentExpiresAt !== expiresAt || currentWho !== who) {
      await this.enter(connectionId, membership, currentExpiresAt!, currentWho!);
    }
    return toPosition([epoch, offset]);
  }

  /** Takes a membership, and no other one, out of its channel. */
  async exit(connectionId: ConnectionId, { channel, token }: Membership): Promise<void> {
    const { server, now } = this.context;
    const args = [now(), connectionId, token];
    await this.#leaveIndex(channel, await server.run(EXIT_CHANNEL, this.#keysOfChannel(channel), args));
  }

  async isMember(channel: ChannelName, connectionId: ConnectionId): Promise<boolean> {
    const member = await this.#find(channel, connectionId);
    return member !== undefined && member.expiresAt > this.context.now();
  }

  async count(channel: ChannelName): Promise<number> {
    const { server, keys, now } = this.context;
    const key = keys.memberExpiry(channel);
    return Number(await server.send(key, ['ZCOUNT', key, `(${now()}`, '+inf']));
  }

  async *members(channel: ChannelName, { after, until }: MemberRange): AsyncIterable<readonly Member[]> {
    const { page, now } = this.context;
    const end = until === undefined ? '+' : `(${afterMember(until)}`;
    let next = this.#read(channel, after === undefined ? '-' : `[${afterMember(after)}`, end);
    for (;;) {
      const packed = await next;
      const last = packed.at(-1);
      const isLast = packed.length < page || last === undefined;
      if (!isLast) {
        // the next page is on its way while this one is used
        next = this.#read(channel, `[${afterMember(idOfMember(last))}`, end);
        // whether it has failed is seen when it is awaited, which it is not if nobody wants it
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

  async ranges(channel: ChannelName, size: number): Promise<readonly MemberRange[]> {
    const { server, now } = this.context;
    const packed = (await server.run(CUT_MEMBERS, this.#keysOfChannel(channel), [now(), size])) as string[];
    const cuts = packed.map(idOfMember);
    return [...cuts, undefined].map((until, index) => ({
      ...(index > 0 && { after: cuts[index - 1]! }),
      ...(until !== undefined && { until }),
    }));
  }

  /** How many channels have members. */
  async countChannels(): Promise<number> {
    let count = 0;
    for (let index = 0; index < INDEXES; index += 1) count += await this.#countIndexed(index);
    return count;
  }

  /** The index may name channels that all members have left or that expired: these are taken out. */
  async #countIndexed(index: number): Promise<number> {
    const { server, keys, now } = this.context;
    const key = keys.channelIndex(index);
    const range = ['ZRANGE', key, `(${now()}`, '+inf', 'BYSCORE', 'WITHSCORES'];
    const named = (await server.send(key, range)) as string[];
    const counted = await Promise.all(
      pairs(named).map(async ([channel, indexedUntil]) => {
        if ((await this.count(channel as ChannelName)) > 0) return 1;
        const emptied = await server.run(UNINDEX_CHANNEL, this.#keysOfChannel(channel as ChannelName), [
          now(),
        ]);
        // empty where a task ended between the two, so that the channel does not know what its index does
        await this.#leaveIndex(channel as ChannelName, emptied === '' ? indexedUntil : emptied);
        return 0;
      }),
    );
    return counted.reduce<number>((sum, one) => sum + one, 0);
  }

  /** @param indexedUntil not text where the channel is to stay in its index */
  async #leaveIndex(channel: ChannelName, indexedUntil: Reply): Promise<void> {
    if (typeof indexedUntil !== 'string') return;
    const index = this.context.keys.channelIndex(indexOf(channel));
    await this.context.server.run(LEAVE_INDEX, [index], [channel, indexedUntil]);
  }

  /** Takes out what a task has left behind that ended while it let a connection leave. */
  async #clearRest(channel: ChannelName, connectionId: ConnectionId): Promise<void> {
    const { server, keys } = this.context;
    const rest = await this.#find(channel, connectionId);
    if (rest === undefined) return;
    const key = keys.channelsOf(connectionId);
    const token = await server.send(key, ['HGET', key, channel]);
    if (token !== rest.token) await this.exit(connectionId, { channel, token: rest.token });
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

  async #read(channel: ChannelName, from: string, to: string, limit = this.context.page): Promise<string[]> {
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

/** What Redis gives as one list. */
export function pairs(list: readonly string[]): (readonly [string, string])[] {
  return Array.from({ length: list.length / 2 }, (_, index) => [list[2 * index]!, list[2 * index + 1]!]);
}
