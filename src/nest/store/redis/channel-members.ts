import { type ConnectionId } from '../../../api/integration.js';
import { type ChannelName } from '../../../api/messages.js';
import { type Member, type MemberRange } from '../membership-store.js';
import { type Context } from './context.js';
import { afterMember, fromMember, idOfMember, type PackedMember, unpackMember } from './packed.js';
import { CUT_MEMBERS } from './scripts/member-scripts.js';

/** Reads the members of channels. */
export class ChannelMembers {
  constructor(private readonly context: Context) {}

  /** @returns also an expired member */
  async find(channel: ChannelName, connectionId: ConnectionId): Promise<PackedMember | undefined> {
    const [packed] = await this.#read(
      channel,
      `[${fromMember(connectionId)}`,
      `(${afterMember(connectionId)}`,
      1,
    );
    return packed === undefined ? undefined : unpackMember(packed);
  }

  async count(channel: ChannelName): Promise<number> {
    const { server, keys, now } = this.context;
    const key = keys.memberExpiry(channel);
    return Number(await server.send(key, ['ZCOUNT', key, `(${now()}`, '+inf']));
  }

  async *pages(channel: ChannelName, { after, until }: MemberRange = {}): AsyncIterable<readonly Member[]> {
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

  async ranges(channel: ChannelName, size: number): Promise<readonly MemberRange[]> {
    const { server, keys, now } = this.context;
    const packed = (await server.run(CUT_MEMBERS, keys.ofChannel(channel), [now(), size])) as string[];
    const cuts = packed.map(idOfMember);
    return [...cuts, undefined].map((until, index) => ({
      ...(index > 0 && { after: cuts[index - 1]! }),
      ...(until !== undefined && { until }),
    }));
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
}
