import { type Reservation, ReservationStore } from '../reservation-store.js';
import { type Context, redisTtlMs } from './context.js';
import { KEEP_RESULT, RESERVE } from './reservation-scripts.js';

/** Reservations: each a string with its expiry and its result. */
export class RedisReservationStore extends ReservationStore {
  constructor(private readonly context: Context) {
    super();
  }

  async reserve(key: string, ttlMs: number): Promise<Reservation> {
    const { server, keys, now } = this.context;
    const args = [now(), now() + ttlMs, redisTtlMs(ttlMs)];
    const found = await server.run(RESERVE, [keys.reservation(key)], args);
    if (typeof found !== 'string') return 'reserved';
    return { result: found.startsWith('+') ? found.slice(1) : undefined };
  }

  async keepResult(key: string, result: string, ttlMs: number): Promise<void> {
    const { server, keys, now } = this.context;
    await server.run(KEEP_RESULT, [keys.reservation(key)], [now() + ttlMs, result, redisTtlMs(ttlMs)]);
  }

  async release(key: string): Promise<void> {
    const { server, keys } = this.context;
    await server.send(keys.reservation(key), ['DEL', keys.reservation(key)]);
  }
}
