import { describe, expect, it } from 'vitest';
import { atOnce, hour, type OpenStore, second, start, unicodeText } from './store-under-test.js';

/** Checks a `ReservationStore`: keys are reserved, completed with a result, and released. */
export function reservationStoreSuite(open: OpenStore): void {
  describe('reservations', () => {
    const ttl = 30 * second;

    it('reserves a key for the first caller, and gives the others its result', async () => {
      await using opened = await open();
      const { store } = opened;
      expect(await store.reservations.reserve('key', ttl)).toBe('reserved');
      expect(await store.reservations.reserve('another key', ttl)).toBe('reserved');
      expect(await store.reservations.reserve('key', ttl)).toEqual({ result: undefined });
      await store.reservations.keepResult('key', 'done', ttl);
      expect(await store.reservations.reserve('key', ttl)).toEqual({ result: 'done' });
      expect(await store.reservations.reserve('another key', ttl)).toEqual({ result: undefined });
    });

    it('reserves a key for one of 50 concurrent callers', async () => {
      await using opened = await open();
      const outcomes = await atOnce(50, () => opened.store.reservations.reserve('key', ttl));
      expect(outcomes.filter((outcome) => outcome === 'reserved')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome !== 'reserved')).toEqual(
        Array.from({ length: 49 }, () => ({ result: undefined })),
      );
    });

    it('reserves a key again after its release', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.reservations.reserve('key', ttl);
      await store.reservations.release('key');
      expect(await store.reservations.reserve('key', ttl)).toBe('reserved');
      expect(await store.reservations.reserve('key', ttl)).toEqual({ result: undefined });
      // a key that is not reserved can be released as well
      await store.reservations.release('another key');
      expect(await store.reservations.reserve('another key', ttl)).toBe('reserved');
    });

    it('reserves a key again after its time, for one of several concurrent callers', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.reservations.reserve('key', ttl);
      opened.clock.now = start + ttl - 1;
      // another caller does not extend the reservation
      expect(await store.reservations.reserve('key', ttl)).toEqual({ result: undefined });
      opened.clock.now = start + ttl;
      const outcomes = await atOnce(10, () => store.reservations.reserve('key', ttl));
      expect(outcomes.filter((outcome) => outcome === 'reserved')).toHaveLength(1);
      opened.clock.now = start + 2 * ttl - 1;
      expect(await store.reservations.reserve('key', ttl)).toEqual({ result: undefined });
    });

    it('keeps a result for its own time', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.reservations.reserve('key', ttl);
      opened.clock.now = start + ttl - 1;
      await store.reservations.keepResult('key', 'done', hour);
      opened.clock.now = start + ttl + hour - 2;
      expect(await store.reservations.reserve('key', ttl)).toEqual({ result: 'done' });
      opened.clock.now = start + ttl + hour - 1;
      // the next caller does not get the old result
      expect(await store.reservations.reserve('key', ttl)).toBe('reserved');
      expect(await store.reservations.reserve('key', ttl)).toEqual({ result: undefined });
    });

    it('keeps a result that comes after the reservation has ended', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.reservations.reserve('key', ttl);
      opened.clock.now = start + ttl + 1;
      await store.reservations.keepResult('key', 'done', ttl);
      expect(await store.reservations.reserve('key', ttl)).toEqual({ result: 'done' });
    });

    it('keeps a result of 200 KB with any Unicode, and an empty one', async () => {
      await using opened = await open();
      const { store } = opened;
      const result = unicodeText(200 * 1024);
      for (const [key, kept] of Object.entries({ large: result, empty: '' })) {
        await store.reservations.reserve(key, ttl);
        await store.reservations.keepResult(key, kept, ttl);
      }
      const reservation = await store.reservations.reserve('large', ttl);
      // compared here, so that a failure does not print it
      expect(reservation !== 'reserved' && reservation.result === result).toBe(true);
      expect(await store.reservations.reserve('empty', ttl)).toEqual({ result: '' });
    });

    it('keeps keys with odd names apart', async () => {
      await using opened = await open();
      const keys = ['key', 'Key', 'key ', 'k|e{y}#=:', 'é', 'e\u0301', '漢👩', '__proto__', 'k'.repeat(300)];
      for (const key of keys) expect(await opened.store.reservations.reserve(key, ttl)).toBe('reserved');
      for (const key of keys) await opened.store.reservations.keepResult(key, `result to ${key}`, ttl);
      for (const key of keys)
        expect(await opened.store.reservations.reserve(key, ttl)).toEqual({ result: `result to ${key}` });
    });
  });
}
