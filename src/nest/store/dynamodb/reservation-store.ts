import { randomUUID } from 'node:crypto';
import { type Reservation, ReservationStore } from '../reservation-store.js';
import { N, numberOf, S, textOf, ttlOf } from './attributes.js';
import { type Key, type Table } from './table.js';

/** Reservations: one row per key. */
export class DynamoDbReservationStore extends ReservationStore {
  readonly #table: Table;
  readonly #now: () => number;

  constructor(table: Table, now: () => number) {
    super();
    this.#table = table;
    this.#now = now;
  }

  async reserve(key: string, ttlMs: number): Promise<Reservation> {
    const token = randomUUID();
    for (;;) {
      const now = this.#now();
      const isReserved = await this.#table.put(
        { ...this.#row(key, now + ttlMs), reservedBy: S(token) },
        {
          condition: 'attribute_not_exists(#pk) OR #expiresAt <= :now',
          values: { ':now': N(now) },
        },
      );
      if (isReserved) return 'reserved';
      const row = await this.#table.get(keyOf(key));
      // the row has our token if an earlier attempt succeeded and its response was lost
      if (row && textOf(row['reservedBy']) === token) return 'reserved';
      if (numberOf(row?.['expiresAt']) > now) return { result: textOf(row?.['answer']) };
    }
  }

  async keepResult(key: string, result: string, ttlMs: number): Promise<void> {
    await this.#table.put({ ...this.#row(key, this.#now() + ttlMs), answer: S(result) });
  }

  async release(key: string): Promise<void> {
    await this.#table.delete(keyOf(key));
  }

  #row(key: string, expiresAt: number) {
    const { pk, sk } = keyOf(key);
    return { pk: S(pk), sk: S(sk), expiresAt: N(expiresAt), ttl: ttlOf(expiresAt) };
  }
}

const keyOf = (key: string): Key => ({ pk: `K#${key}`, sk: '#' });
