import { describe, expect, it } from 'vitest';
import { atOnce, hour, type OpenStore, reserved, second, start, unicodeText } from './store-under-test.js';

/** Checks a `ReservationStore`: keys are reserved by one owner, completed with a result, and released. */
export function reservationStoreSuite(open: OpenStore): void {
  describe('reservations', () => {
    const lease = 30 * second;
    const held = { kind: 'held' };
    const done = (result: string) => ({ kind: 'done', result });

    it('reserves a key for the first caller, and gives the others its result', async () => {
      await using opened = await open();
      const { reservations } = opened.store;
      const owner = await reserved(opened.store, 'key', lease);
      await reserved(opened.store, 'another key', lease);
      expect(await reservations.reserve('key', lease)).toEqual(held);
      await reservations.keepResult('key', owner, 'result', lease);
      expect(await reservations.reserve('key', lease)).toEqual(done('result'));
      expect(await reservations.reserve('another key', lease)).toEqual(held);
    });

    it('reserves a key for one of 50 concurrent callers', async () => {
      await using opened = await open();
      const outcomes = await atOnce(50, () => opened.store.reservations.reserve('key', lease));
      expect(outcomes.filter(({ kind }) => kind === 'reserved')).toHaveLength(1);
      expect(outcomes.filter(({ kind }) => kind === 'held')).toHaveLength(49);
    });

    it('reserves a key again after its release by the owner', async () => {
      await using opened = await open();
      const { reservations } = opened.store;
      const owner = await reserved(opened.store, 'key', lease);
      await reservations.release('key', `${owner}0`);
      expect(await reservations.reserve('key', lease)).toEqual(held);
      await reservations.release('key', owner);
      expect(await reserved(opened.store, 'key', lease)).not.toBe(owner);
      expect(await reservations.reserve('key', lease)).toEqual(held);
      // a key that is not reserved can be released as well
      await reservations.release('another key', owner);
      await reserved(opened.store, 'another key', lease);
    });

    it('reserves a key again after the lease, for one of several concurrent callers', async () => {
      await using opened = await open();
      const { reservations } = opened.store;
      await reserved(opened.store, 'key', lease);
      opened.clock.now = start + lease - 1;
      // another caller does not extend the lease
      expect(await reservations.reserve('key', lease)).toEqual(held);
      opened.clock.now = start + lease;
      const outcomes = await atOnce(10, () => reservations.reserve('key', lease));
      expect(outcomes.filter(({ kind }) => kind === 'reserved')).toHaveLength(1);
      opened.clock.now = start + 2 * lease - 1;
      expect(await reservations.reserve('key', lease)).toEqual(held);
    });

    it('extends the lease of the owner only', async () => {
      await using opened = await open();
      const { reservations } = opened.store;
      const owner = await reserved(opened.store, 'key', lease);
      opened.clock.now = start + lease - 1;
      expect(await reservations.renew('key', `${owner}0`, lease)).toBe(false);
      expect(await reservations.renew('key', owner, lease)).toBe(true);
      opened.clock.now = start + 2 * lease - 2;
      expect(await reservations.reserve('key', lease)).toEqual(held);
      opened.clock.now = start + 2 * lease - 1;
      const next = await reserved(opened.store, 'key', lease);
      expect(await reservations.renew('key', owner, lease)).toBe(false);
      expect(await reservations.renew('key', next, lease)).toBe(true);
      expect(await reservations.renew('another key', owner, lease)).toBe(false);
    });

    it('takes neither a result nor a release from an owner whose key another one has', async () => {
      await using opened = await open();
      const { reservations } = opened.store;
      const former = await reserved(opened.store, 'key', lease);
      opened.clock.now = start + lease;
      const owner = await reserved(opened.store, 'key', lease);
      await reservations.release('key', former);
      await reservations.keepResult('key', former, 'of the former', lease);
      expect(await reservations.reserve('key', lease)).toEqual(held);
      await reservations.keepResult('key', owner, 'of the owner', lease);
      await reservations.keepResult('key', former, 'of the former', lease);
      expect(await reservations.reserve('key', lease)).toEqual(done('of the owner'));
    });

    it('keeps a result for its own time', async () => {
      await using opened = await open();
      const { reservations } = opened.store;
      const owner = await reserved(opened.store, 'key', lease);
      opened.clock.now = start + lease - 1;
      await reservations.keepResult('key', owner, 'result', hour);
      expect(await reservations.renew('key', owner, lease)).toBe(false);
      opened.clock.now = start + lease + hour - 2;
      expect(await reservations.reserve('key', lease)).toEqual(done('result'));
      opened.clock.now = start + lease + hour - 1;
      // the next caller does not get the old result
      await reserved(opened.store, 'key', lease);
      expect(await reservations.reserve('key', lease)).toEqual(held);
    });

    it('keeps a result that comes after the lease has ended', async () => {
      await using opened = await open();
      const { reservations } = opened.store;
      const owner = await reserved(opened.store, 'key', lease);
      opened.clock.now = start + lease + 1;
      await reservations.keepResult('key', owner, 'result', lease);
      expect(await reservations.reserve('key', lease)).toEqual(done('result'));
    });

    it('keeps a result of 200 KB with any Unicode, and an empty one', async () => {
      await using opened = await open();
      const { reservations } = opened.store;
      const result = unicodeText(200 * 1024);
      for (const [key, kept] of Object.entries({ large: result, empty: '' })) {
        await reservations.keepResult(key, await reserved(opened.store, key, lease), kept, lease);
      }
      const reservation = await reservations.reserve('large', lease);
      // compared here, so that a failure does not print it
      expect(reservation.kind === 'done' && reservation.result === result).toBe(true);
      expect(await reservations.reserve('empty', lease)).toEqual(done(''));
    });

    it('keeps keys with odd names apart', async () => {
      await using opened = await open();
      const { reservations } = opened.store;
      const keys = ['key', 'Key', 'key ', 'k|e{y}#=:', 'é', 'e\u0301', '漢👩', '__proto__', 'k'.repeat(300)];
      const owners = new Map<string, string>();
      for (const key of keys) owners.set(key, await reserved(opened.store, key, lease));
      for (const key of keys) await reservations.keepResult(key, owners.get(key)!, `result of ${key}`, lease);
      for (const key of keys)
        expect(await reservations.reserve(key, lease)).toEqual(done(`result of ${key}`));
    });
  });
}
