import { describe, expect, it } from 'vitest';
import { KeyReusedError } from '../../../src/nest/store/store.errors.js';
import { atOnce, hour, keepAll, news, type OpenStore, second, sports, start } from './store-under-test.js';

/** Checks that a `LogStore` appends at most one message per key. */
export function idempotentAppendsSuite(open: OpenStore): void {
  const once = { key: 'key', fingerprint: 'of the body', ttlMs: hour };

  describe('an append with a key', () => {
    it('is done once, and repeated with the same position, also after other messages', async () => {
      await using opened = await open();
      const { logs } = opened.store;
      await logs.append(news, 'before', keepAll);
      const first = await logs.append(news, 'content', keepAll, once);
      const again = { ...first, isRepeat: true };
      expect(first.isRepeat).toBeUndefined();
      expect(await logs.append(news, 'content', keepAll, once)).toEqual(again);
      await logs.append(news, 'after', keepAll);
      expect(await logs.append(news, 'content', keepAll, once)).toEqual(again);
      const read = await logs.readLog(news, 0, 10);
      expect(read.map(({ content }) => content)).toEqual(['before', 'content', 'after']);
      expect(first.offset).toBe(2);
    });

    it('is done once by 20 concurrent callers, while others append', async () => {
      await using opened = await open();
      const { logs } = opened.store;
      const appended = await atOnce(40, (index) =>
        index % 2 === 0
          ? logs.append(news, 'content', keepAll, once)
          : logs.append(news, `${index}`, keepAll),
      );
      const sameKey = appended.filter((_, index) => index % 2 === 0);
      expect(new Set(sameKey.map(({ offset }) => offset)).size).toBe(1);
      expect(sameKey.filter(({ isRepeat }) => isRepeat)).toHaveLength(19);
      const read = await logs.readLog(news, 0, 100);
      expect(read.filter(({ content }) => content === 'content')).toHaveLength(1);
      expect(read).toHaveLength(21);
    });

    it('is done once where no entries are kept, and after its entry was trimmed', async () => {
      await using opened = await open();
      const { logs } = opened.store;
      const keepNone = { messages: 0, ageMs: hour };
      const first = await logs.append(news, 'content', keepNone, once);
      await logs.append(news, 'after', keepNone);
      expect(await logs.append(news, 'content', keepNone, once)).toEqual({ ...first, isRepeat: true });
      const keepOne = { messages: 1, ageMs: hour };
      const other = await logs.append(news, 'content', keepOne, { ...once, key: 'other' });
      for (let n = 0; n < 3; n += 1) await logs.append(news, 'after', keepOne);
      expect(await logs.append(news, 'content', keepOne, { ...once, key: 'other' })).toEqual({
        ...other,
        isRepeat: true,
      });
      expect((await logs.position(news)).offset).toBe(6);
    });

    it('does not affect other keys and channels', async () => {
      await using opened = await open();
      const { logs } = opened.store;
      await logs.append(news, 'content', keepAll, once);
      expect(await logs.append(news, 'content', keepAll, { ...once, key: 'Key' })).toMatchObject({
        offset: 2,
      });
      expect(await logs.append(sports, 'content', keepAll, once)).toMatchObject({ offset: 1 });
      const odd = ['#', '{:}', '"', `k${'k'.repeat(199)}`];
      for (const key of odd) await logs.append(sports, key, keepAll, { ...once, key });
      for (const key of odd) await logs.append(sports, key, keepAll, { ...once, key });
      expect((await logs.position(sports)).offset).toBe(5);
    });

    it('is refused with another fingerprint', async () => {
      await using opened = await open();
      const { logs } = opened.store;
      await logs.append(news, 'content', keepAll, once);
      const reused = { ...once, fingerprint: 'of another body' };
      await expect(logs.append(news, 'other', keepAll, reused)).rejects.toBeInstanceOf(KeyReusedError);
      expect((await logs.position(news)).offset).toBe(1);
    });

    it('is done again after the key was forgotten', async () => {
      await using opened = await open();
      const { logs } = opened.store;
      const soon = { ...once, ttlMs: 10 * second };
      await logs.append(news, 'content', keepAll, soon);
      opened.clock.now = start + 10 * second - 1;
      expect(await logs.append(news, 'content', keepAll, soon)).toMatchObject({ offset: 1 });
      opened.clock.now = start + 10 * second;
      expect(await logs.append(news, 'content', keepAll, soon)).toMatchObject({ offset: 2 });
    });

    it('is done again if its message was lost', async () => {
      await using opened = await open();
      await opened.store.logs.append(news, 'kept', keepAll);
      const putBack = await opened.copy();
      const lost = await opened.store.logs.append(news, 'content', keepAll, once);
      const { logs } = await putBack();
      const again = await logs.append(news, 'content', keepAll, once);
      expect(again.epoch).not.toBe(lost.epoch);
      expect(await logs.append(news, 'content', keepAll, once)).toEqual({ ...again, isRepeat: true });
      expect(await logs.readLog(news, 0, 10)).toHaveLength(1);
    });
  });
}
