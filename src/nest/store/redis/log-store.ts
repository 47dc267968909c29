import { type ChannelName } from '../../../api/messages.js';
import {
  type AppendKey,
  type Appended,
  type LogEntry,
  LogStore,
  type Position,
  type Retention,
} from '../log-store.js';
import { positionsByChannel } from '../positions-by-channel.js';
import { KeyReusedError } from '../store.errors.js';
import { type Context, positionArguments } from './context.js';
import { APPEND, READ_LOG, READ_POSITION } from './scripts/log-scripts.js';
import { redisTtlMs } from './ttl.js';

/**
 * The logs of channels: each a stream, and a hash with its epoch and offset. Measured with 10,000 entries of 200 bytes:
 * a stream takes 23 % less memory than a sorted set, and takes 1.5 times as many appends with trimming as a list, and
 * twice as many as a sorted set. Only reading a hundred entries from the middle is slower (1,000 to 2,000 a second),
 * which is rare.
 */
export class RedisLogStore extends LogStore {
  constructor(private readonly context: Context) {
    super();
  }

  async append(
    channel: ChannelName,
    content: string,
    { messages, ageMs }: Retention,
    once?: AppendKey,
  ): Promise<Appended> {
    const { server, keys, positions } = this.context;
    const args = [...positionArguments(this.context, channel), content, messages, ageMs, redisTtlMs(ageMs)];
    const appended = await (once === undefined
      ? server.run(APPEND, keys.ofLog(channel), args)
      : server.run(
          APPEND,
          [...keys.ofLog(channel), keys.once(channel, once.key)],
          [...args, this.context.now() + once.ttlMs, once.fingerprint, redisTtlMs(once.ttlMs)],
        ));
    if (appended === null) throw new KeyReusedError('the key has another fingerprint');
    const [epoch, offset, number, earlier] = appended as [string, string, number, string?];
    const position = positions.note(channel, [epoch, offset, number]);
    return earlier === undefined ? position : { epoch, offset: Number(earlier), isRepeat: true };
  }

  async position(channel: ChannelName): Promise<Position> {
    const { server, keys, positions } = this.context;
    const read = await server.run(
      READ_POSITION,
      keys.ofLog(channel),
      positionArguments(this.context, channel),
    );
    return positions.note(channel, read as [string, string, number]);
  }

  async findPosition(channel: ChannelName): Promise<Position | undefined> {
    const key = this.context.keys.log(channel);
    const found = await this.context.server.send(key, ['HMGET', key, 'e', 'o']);
    const [epoch, offset] = found as [string | null, string | null];
    return epoch === null ? undefined : { epoch, offset: Number(offset) };
  }

  /** The client sends the commands to one node together. */
  async findPositions(channels: readonly ChannelName[]): Promise<ReadonlyMap<ChannelName, Position>> {
    const found = await Promise.all(channels.map((channel) => this.findPosition(channel)));
    return positionsByChannel(channels, found);
  }

  async readLog(channel: ChannelName, after: number, limit: number): Promise<readonly LogEntry[]> {
    const { server, keys, now } = this.context;
    const entries = await server.run(READ_LOG, keys.ofLog(channel), [now(), after + 1, limit]);
    return (entries as [string, [string, string]][]).map(([id, [, content]]) => {
      const [offset, publishedAt] = id.split('-');
      return { offset: Number(offset), publishedAt: Number(publishedAt), content };
    });
  }
}
