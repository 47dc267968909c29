import { type ChannelName } from '../../../api/messages.js';
import { type LogEntry, LogStore, type Position, type Retention } from '../log-store.js';
import { APPEND, READ_LOG, READ_POSITION } from './channel-scripts.js';
import { type Context, LOG_TTL_MS, newUniqueName, redisTtlMs } from './context.js';

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

  async append(channel: ChannelName, content: string, { messages, ageMs }: Retention): Promise<Position> {
    const { server, now } = this.context;
    const entry = [content, messages, ageMs, redisTtlMs(ageMs)];
    const args = [newUniqueName(), LOG_TTL_MS, Math.floor(now()), ...entry];
    return toPosition(await server.run(APPEND, this.#keysOf(channel), args));
  }

  async position(channel: ChannelName): Promise<Position> {
    const { server } = this.context;
    return toPosition(await server.run(READ_POSITION, this.#keysOf(channel), [newUniqueName(), LOG_TTL_MS]));
  }

  async readLog(channel: ChannelName, after: number, limit: number): Promise<readonly LogEntry[]> {
    const { server, now } = this.context;
    const entries = await server.run(READ_LOG, this.#keysOf(channel), [now(), after + 1, limit]);
    return (entries as [string, [string, string]][]).map(([id, [, content]]) => {
      const [offset, publishedAt] = id.split('-');
      return { offset: Number(offset), publishedAt: Number(publishedAt), content };
    });
  }

  #keysOf(channel: ChannelName): string[] {
    const { keys } = this.context;
    return [keys.log(channel), keys.entries(channel)];
  }
}

/** @param reply epoch and offset, as the scripts return them */
export function toPosition(reply: unknown): Position {
  const [epoch, offset] = reply as [string, string];
  return { epoch, offset: Number(offset) };
}
