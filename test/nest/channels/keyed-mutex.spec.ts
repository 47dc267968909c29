import { expect, it } from 'vitest';
import { KeyedMutex } from '../../../src/nest/channels/keyed-mutex.js';

it('runs work of one key one after the other, and of other keys concurrently', async () => {
  const mutex = new KeyedMutex<string>();
  const events: string[] = [];
  const gates = { a1: Promise.withResolvers<void>(), a2: Promise.withResolvers<void>() };
  const run = (key: string, name: string, gate?: Promise<void>) =>
    mutex.run(key, async () => {
      events.push(`${name} begins`);
      await gate;
      events.push(`${name} ends`);
    });
  const all = [run('a', 'a1', gates.a1.promise), run('a', 'a2', gates.a2.promise), run('b', 'b1')];
  await all[2];
  gates.a2.resolve();
  gates.a1.resolve();
  await Promise.all(all);
  expect(events).toEqual(['a1 begins', 'b1 begins', 'b1 ends', 'a1 ends', 'a2 begins', 'a2 ends']);
});

it('starts the next work when the key is released, before the first work has ended', async () => {
  const mutex = new KeyedMutex<string>();
  const { promise: end, resolve } = Promise.withResolvers<void>();
  const first = mutex.run('a', async (release) => {
    release();
    await end;
    return 'first';
  });
  expect(await mutex.run('a', async () => 'second')).toBe('second');
  resolve();
  expect(await first).toBe('first');
});

it('continues after work that fails, without failing other work', async () => {
  const mutex = new KeyedMutex<string>();
  const failing = mutex.run('a', () => Promise.reject(new Error('no')));
  const next = mutex.run('a', async () => 'next');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('next');
});
