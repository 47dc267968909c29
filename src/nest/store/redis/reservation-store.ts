import { type Reservation, ReservationStore } from '../reservation-store.js';
import { type Context } from './context.js';
import {
  KEEP_RESULT,
  RELEASE_RESERVATION,
  RENEW_RESERVATION,
  RESERVE,
} from './scripts/reservation-scripts.js';
import { newUniqueName } from './unique-name.js';
import { redisTtlMs } from './ttl.js';

/** Reservations: each a string with its expiry, and its owner or its result. */
export class RedisReservationStore extends ReservationStore {
  constructor(private readonly context: Context) {
    super();
  }

  async reserve(key: string, leaseMs: number): Promise<Reservation> {
    const { server, keys, now } = this.context;
    const owner = newUniqueName();
    const args = [now(), now() + leaseMs, redisTtlMs(leaseMs), owner];
    const found = (await server.run(RESERVE, [keys.reservation(key)], args)) as string | null;
    if (found === null) return { kind: 'reserved', owner };
    return found.startsWith('+') ? { kind: 'done', result: found.slice(1) } : { kind: 'held' };
  }

  async renew(key: string, owner: string, leaseMs: number): Promise<boolean> {
    const { server, keys, now } = this.context;
    const args = [now() + leaseMs, redisTtlMs(leaseMs), owner];
    return (await server.run(RENEW_RESERVATION, [keys.reservation(key)], args)) === 1;
  }

  async keepResult(key: string, owner: string, result: string, ttlMs: number): Promise<void> {
    const { server, keys, now } = this.context;
    const args = [now() + ttlMs, redisTtlMs(ttlMs), owner, result];
    await server.run(KEEP_RESULT, [keys.reservation(key)], args);
  }

  async release(key: string, owner: string): Promise<void> {
    const { server, keys } = this.context;
    await server.run(RELEASE_RESERVATION, [keys.reservation(key)], [owner]);
  }
}
