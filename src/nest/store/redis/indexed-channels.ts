import { type ChannelName } from '../../../api/messages.js';
import { type ChannelMembers } from './channel-members.js';
import { type Context } from './context.js';
import { indexOf, INDEXES } from './keys.js';
import { pairs } from './packed.js';
import { type Reply } from './redis-server.js';
import { ENTER_INDEX, LEAVE_INDEX } from './scripts/index-scripts.js';
import { UNINDEX_CHANNEL } from './scripts/member-scripts.js';

/** The index of channels that may have members, in parts that spread over the nodes of a cluster. */
export class IndexedChannels {
  constructor(
    private readonly context: Context,
    private readonly members: ChannelMembers,
  ) {}

  /** @param ttlMs the Redis TTL if this is the last channel of the index */
  async enter(channel: ChannelName, indexedUntil: string, ttlMs: string): Promise<void> {
    const { server, keys, now } = this.context;
    const index = keys.channelIndex(indexOf(channel));
    await server.run(ENTER_INDEX, [index], [now(), indexedUntil, channel, ttlMs]);
  }

  /** @param indexedUntil a string if the channel must be removed from the index */
  async leave(channel: ChannelName, indexedUntil: Reply): Promise<void> {
    if (typeof indexedUntil !== 'string') return;
    const index = this.context.keys.channelIndex(indexOf(channel));
    await this.context.server.run(LEAVE_INDEX, [index], [channel, indexedUntil]);
  }

  /** The number of channels with members. */
  async count(): Promise<number> {
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
        if ((await this.members.count(channel as ChannelName)) > 0) return 1;
        const emptied = await server.run(UNINDEX_CHANNEL, keys.ofChannel(channel as ChannelName), [now()]);
        // empty if a task ended between the two writes, so that only the index knows the time
        await this.leave(channel as ChannelName, emptied === '' ? indexedUntil : emptied);
        return 0;
      }),
    );
    return counted.reduce<number>((sum, one) => sum + one, 0);
  }
}
