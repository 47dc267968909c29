import { expect, it } from 'vitest';
import { atOnce, hour, type OpenStore, second, start, unicodeText } from './store-under-test.js';

/** What is to be done once: reserved, answered, given up. */
export function answersAreKept(open: OpenStore): void {
  const ttl = 30 * second;

  it('reserves a key for the first one, and tells the others what has become of it', async () => {
    await using opened = await open();
    const { store } = opened;
    expect(await store.reserve('key', ttl)).toBe('reserved');
    expect(await store.reserve('another key', ttl)).toBe('reserved');
    expect(await store.reserve('key', ttl)).toEqual({ result: undefined });
    await store.keepResult('key', 'done', ttl);
    expect(await store.reserve('key', ttl)).toEqual({ result: 'done' });
    expect(await store.reserve('another key', ttl)).toEqual({ result: undefined });
  });

  it('reserves a key for one of 50 at once', async () => {
    await using opened = await open();
    const told = await atOnce(50, () => opened.store.reserve('key', ttl));
    expect(told.filter((outcome) => outcome === 'reserved')).toHaveLength(1);
    expect(told.filter((outcome) => outcome !== 'reserved')).toEqual(
      Array.from({ length: 49 }, () => ({ result: undefined })),
    );
  });

  it('reserves a key again once it was given up', async () => {
    await using opened = await open();
    const { store } = opened;
    await store.reserve('key', ttl);
    await store.release('key');
    expect(await store.reserve('key', ttl)).toBe('reserved');
    expect(await store.reserve('key', ttl)).toEqual({ result: undefined });
    // one that nobody has reserved can be given up as well
    await store.release('another key');
    expect(await store.reserve('another key', ttl)).toBe('reserved');
  });

  it('reserves a key again once its time is over, for one of those who try at once', async () => {
    await using opened = await open();
    const { store } = opened;
    await store.reserve('key', ttl);
    opened.clock.now = start + ttl - 1;
    // who was told does not keep it for longer
    expect(await store.reserve('key', ttl)).toEqual({ result: undefined });
    opened.clock.now = start + ttl;
    const told = await atOnce(10, () => store.reserve('key', ttl));
    expect(told.filter((outcome) => outcome === 'reserved')).toHaveLength(1);
    opened.clock.now = start + 2 * ttl - 1;
    expect(await store.reserve('key', ttl)).toEqual({ result: undefined });
  });

  it('keeps an answer for its own time', async () => {
    await using opened = await open();
    const { store } = opened;
    await store.reserve('key', ttl);
    opened.clock.now = start + ttl - 1;
    await store.keepResult('key', 'done', hour);
    opened.clock.now = start + ttl + hour - 2;
    expect(await store.reserve('key', ttl)).toEqual({ result: 'done' });
    opened.clock.now = start + ttl + hour - 1;
    // and nothing of it is told to the next one
    expect(await store.reserve('key', ttl)).toBe('reserved');
    expect(await store.reserve('key', ttl)).toEqual({ result: undefined });
  });

  it('keeps the answer of who took so long that the key was free again', async () => {
    await using opened = await open();
    const { store } = opened;
    await store.reserve('key', ttl);
    opened.clock.now = start + ttl + 1;
    await store.keepResult('key', 'done', ttl);
    expect(await store.reserve('key', ttl)).toEqual({ result: 'done' });
  });

  it('keeps an answer of 200 KB with any Unicode, and an empty one', async () => {
    await using opened = await open();
    const { store } = opened;
    const answer = unicodeText(200 * 1024);
    for (const [key, kept] of Object.entries({ large: answer, empty: '' })) {
      await store.reserve(key, ttl);
      await store.keepResult(key, kept, ttl);
    }
    const told = await store.reserve('large', ttl);
    // compared here, so that a failure does not print it
    expect(told !== 'reserved' && told.result === answer).toBe(true);
    expect(await store.reserve('empty', ttl)).toEqual({ result: '' });
  });

  it('tells keys apart, whatever is in them', async () => {
    await using opened = await open();
    const keys = ['key', 'Key', 'key ', 'k|e{y}#=:', 'é', 'e\u0301', '漢👩', '__proto__', 'k'.repeat(300)];
    for (const key of keys) expect(await opened.store.reserve(key, ttl)).toBe('reserved');
    for (const key of keys) await opened.store.keepResult(key, `answer to ${key}`, ttl);
    for (const key of keys)
      expect(await opened.store.reserve(key, ttl)).toEqual({ result: `answer to ${key}` });
  });
}
