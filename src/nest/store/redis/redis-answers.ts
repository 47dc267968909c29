import { type Context, untilDropped } from './context.js';
import { KEEP_ANSWER, RESERVE } from './work-scripts.js';

/** What is done once, and what has become of it. */
export class RedisAnswers {
  constructor(private readonly context: Context) {}

  async reserve(key: string, ttlMs: number): Promise<'reserved' | { readonly answer: string | undefined }> {
    const { server, keys, now } = this.context;
    const args = [now(), now() + ttlMs, untilDropped(ttlMs)];
    const kept = await server.run(RESERVE, [keys.answer(key)], args);
    if (typeof kept !== 'string') return 'reserved';
    return { answer: kept.startsWith('+') ? kept.slice(1) : undefined };
  }

  async keep(key: string, answer: string, ttlMs: number): Promise<void> {
    const { server, keys, now } = this.context;
    await server.run(KEEP_ANSWER, [keys.answer(key)], [now() + ttlMs, answer, untilDropped(ttlMs)]);
  }

  async release(key: string): Promise<void> {
    const { server, keys } = this.context;
    await server.send(keys.answer(key), ['DEL', keys.answer(key)]);
  }
}
