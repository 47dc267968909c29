import { type ConnectionId } from '../../../api/integration.js';
import { type ChannelName } from '../../../api/messages.js';
import { type Position } from '../log-store.js';
import { type JoinOutcome, type Member, type MemberRange, MembershipStore } from '../membership-store.js';
import { StoreFullError } from '../store.errors.js';
import { IndexedChannels } from './indexed-channels.js';
import { ChannelMembers } from './channel-members.js';
import { type Context, connectionLifeArguments, positionArguments } from './context.js';
import { indexOf } from './keys.js';
import {
  BEGIN_MEMBERSHIP,
  CHECK_MEMBERSHIP,
  END_MEMBERSHIP,
  FIND_MEMBERSHIPS,
} from './scripts/connection-scripts.js';
import { JOIN, LEAVE } from './scripts/join-scripts.js';
import { ENTER_CHANNEL, EXIT_CHANNEL } from './scripts/member-scripts.js';

/** A membership as the connection's hash has it. */
export interface Membership {
  readonly channel: ChannelName;
  readonly token: string;
}

/**
 * Memberships. Each is stored twice: with the connection, which decides, and with the channel, where it is read. A
 * single server joins and leaves in one script. In a cluster no command spans hash slots. There, and where a connection
 * is put again or removed, each membership has a token. After a write to the channel, the task reads the connection
 * again and corrects the channel if the connection has changed, so that both agree for any interleaving of several
 * writers. What a task leaves behind that ends between two steps expires with the connection.
 */
export class RedisMembershipStore extends MembershipStore {
  readonly #members: ChannelMembers;
  readonly #indexed: IndexedChannels;

  constructor(private readonly context: Context) {
    super();
    this.#members = new ChannelMembers(context);
    this.#indexed = new IndexedChannels(context, this.#members);
  }

  join(channel: ChannelName, connectionId: ConnectionId, maxChannels: number): Promise<JoinOutcome> {
    return this.context.server.isCluster
      ? this.#joinInSteps(channel, connectionId, maxChannels)
      : this.#joinAtOnce(channel, connectionId, maxChannels);
  }

  async #joinAtOnce(
    channel: ChannelName,
    connectionId: ConnectionId,
    maxChannels: number,
  ): Promise<JoinOutcome> {
    const { server, positions } = this.context;
    const args = [...positionArguments(this.context, channel), connectionId, channel, maxChannels, margin()];
    const joined = await server.run(JOIN, this.#keysOfBoth(connectionId, channel), args);
    const [kind, ...position] = joined as [JoinOutcome['kind'], string, string, number];
    if (kind === 'unknown_connection' || kind === 'too_many_channels') return { kind };
    return { kind, position: positions.note(channel, position) };
  }

  async #joinInSteps(
    channel: ChannelName,
    connectionId: ConnectionId,
    maxChannels: number,
  ): Promise<JoinOutcome> {
    const { server, keys } = this.context;
    const args = [...connectionLifeArguments(this.context), channel, maxChannels];
    const begun = await server.run(BEGIN_MEMBERSHIP, keys.ofConnection(connectionId), args);
    const [kind, token, expiresAt, owner] = begun as [JoinOutcome['kind'], string, string, string];
    if (kind === 'unknown_connection' || kind === 'too_many_channels') return { kind };
    try {
      return { kind, position: await this.enter(connectionId, { channel, token }, expiresAt, owner) };
    } catch (error) {
      // the node of the connection had room, and the node of the channel has none
      if (error instanceof StoreFullError && kind === 'joined') await this.leave(channel, connectionId);
      throw error;
    }
  }

  async leave(channel: ChannelName, connectionId: ConnectionId): Promise<boolean> {
    const { server, keys, now } = this.context;
    if (!server.isCluster) {
      const all = this.#keysOfBoth(connectionId, channel);
      return (await server.run(LEAVE, all, [now(), connectionId, channel])) === 1;
    }
    const ended = await server.run(END_MEMBERSHIP, keys.ofConnection(connectionId), [now(), channel]);
    const [wasMember, token] = ended as [number?, string?];
    if (token !== undefined) await this.exit(connectionId, { channel, token });
    else await this.#removeLeftover(channel, connectionId);
    return wasMember === 1;
  }

  /** Writes a membership to its channel. @returns the position of the log at that moment */
  async enter(
    connectionId: ConnectionId,
    membership: Membership,
    expiresAt: string,
    owner: string,
  ): Promise<Position> {
    const { server, keys, positions, now } = this.context;
    const { channel, token } = membership;
    const args = [
      ...positionArguments(this.context, channel),
      connectionId,
      token,
      expiresAt,
      owner,
      margin(),
    ];
    const entered = await server.run(ENTER_CHANNEL, keys.ofChannel(channel), args);
    const [epoch, offset, number, indexedUntil, ttlMs] = entered as [
      string,
      string,
      number,
      string?,
      string?,
    ];
    const position = positions.note(channel, [epoch, offset, number]);
    const [checked] = await Promise.all([
      server.run(CHECK_MEMBERSHIP, keys.ofConnection(connectionId), [now(), channel]),
      indexedUntil !== undefined && this.#indexed.enter(channel, indexedUntil, ttlMs!),
    ]);
    const [currentToken, currentExpiresAt, currentOwner] = checked as string[];
    if (currentToken !== token) await this.exit(connectionId, membership);
    else if (currentExpiresAt !== expiresAt || currentOwner !== owner) {
      await this.enter(connectionId, membership, currentExpiresAt!, currentOwner!);
    }
    return position;
  }

  /** Removes a membership from its channel, but not a later one of the same connection. */
  async exit(connectionId: ConnectionId, { channel, token }: Membership): Promise<void> {
    const { server, keys, now } = this.context;
    const args = [now(), connectionId, token];
    await this.#indexed.leave(channel, await server.run(EXIT_CHANNEL, keys.ofChannel(channel), args));
  }

  async isMember(channel: ChannelName, connectionId: ConnectionId): Promise<boolean> {
    const member = await this.#members.find(channel, connectionId);
    return member !== undefined && member.expiresAt > this.context.now();
  }

  async findMemberships(
    connectionId: ConnectionId,
    channels: readonly ChannelName[],
  ): Promise<readonly ChannelName[]> {
    const { server, keys, now } = this.context;
    const found: ChannelName[] = [];
    for (let from = 0; from < channels.length; from += CHANNELS_PER_READ) {
      const some = channels.slice(from, from + CHANNELS_PER_READ);
      const tokens = await server.run(FIND_MEMBERSHIPS, keys.ofConnection(connectionId), [now(), ...some]);
      found.push(...some.filter((_, index) => (tokens as (string | null)[])[index] !== null));
    }
    return found;
  }

  countMembers(channel: ChannelName): Promise<number> {
    return this.#members.count(channel);
  }

  members(channel: ChannelName, range?: MemberRange): AsyncIterable<readonly Member[]> {
    return this.#members.pages(channel, range);
  }

  memberRanges(channel: ChannelName, size: number): Promise<readonly MemberRange[]> {
    return this.#members.ranges(channel, size);
  }

  /** The number of channels with members. */
  countChannels(): Promise<number> {
    return this.#indexed.count();
  }

  /** Removes the entry that a task has left behind if it ended during a leave. */
  async #removeLeftover(channel: ChannelName, connectionId: ConnectionId): Promise<void> {
    const { server, keys } = this.context;
    const leftover = await this.#members.find(channel, connectionId);
    if (leftover === undefined) return;
    const key = keys.channelsOf(connectionId);
    const token = await server.send(key, ['HGET', key, channel]);
    if (token !== leftover.token) await this.exit(connectionId, { channel, token: leftover.token });
  }

  /** The keys of the scripts that write both at once. */
  #keysOfBoth(connectionId: ConnectionId, channel: ChannelName): readonly string[] {
    const { keys } = this.context;
    return [
      ...keys.ofConnection(connectionId),
      ...keys.ofChannel(channel),
      keys.channelIndex(indexOf(channel)),
    ];
  }
}

/** See `enter` in `member-scripts.ts`. */
function margin(): number {
  return (1 + Math.random()) * INDEXED_FOR_MS;
}

const INDEXED_FOR_MS = 600_000;

/** Lua passes at most about 8,000 values to a function. */
const CHANNELS_PER_READ = 5000;
