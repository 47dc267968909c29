import { randomUUID } from 'node:crypto';
import { type Reservation, ReservationStore } from '../reservation-store.js';
import { N, numberOf, S, textOf, ttlOf } from './attributes.js';
import { type Key, type Table } from './table.js';

/** Reservations: one row per key, with its owner, and with the result (`answer`) once the work was done. */
export class DynamoDbReservationStore extends ReservationStore {
  readonly #table: Table;
  readonly #now: () => number;

  constructor(table: Table, now: () => number) {
    super();
    this.#table = table;
    this.#now = now;
  }

  async reserve(key: string, leaseMs: number): Promise<Reservation> {
    const owner = randomUUID();
    for (;;) {
      const now = this.#now();
      const isReserved = await this.#table.put(this.#row(key, owner, now + leaseMs), {
        condition: 'attribute_not_exists(#pk) OR #expiresAt <= :now',
        values: { ':now': N(now) },
      });
      if (isReserved) return { kind: 'reserved', owner };
      const row = await this.#table.get(keyOf(key));
      // it is our row if an earlier attempt succeeded and its response was lost
      if (row && textOf(row['reservedBy']) === owner) return { kind: 'reserved', owner };
      if (numberOf(row?.['expiresAt']) > now) {
        const result = textOf(row?.['answer']);
        return result === undefined ? { kind: 'held' } : { kind: 'done', result };
      }
    }
  }

  async renew(key: string, owner: string, leaseMs: number): Promise<boolean> {
    const now = this.#now();
    const renewed = await this.#table.update(keyOf(key), 'SET #expiresAt = :until, #ttl = :ttl', {
      condition: `${IS_HELD} AND #expiresAt > :now`,
      values: {
        ':owner': S(owner),
        ':until': N(now + leaseMs),
        ':ttl': ttlOf(now + leaseMs),
        ':now': N(now),
      },
    });
    return renewed !== 'refused';
  }

  async keepResult(key: string, owner: string, result: string, ttlMs: number): Promise<void> {
    await this.#table.put(
      { ...this.#row(key, owner, this.#now() + ttlMs), answer: S(result) },
      // DynamoDB may have deleted the row after the end of the lease
      { condition: 'attribute_not_exists(#pk) OR #reservedBy = :owner', values: { ':owner': S(owner) } },
    );
  }

  async release(key: string, owner: string): Promise<void> {
    await this.#table.delete(keyOf(key), { condition: IS_HELD, values: { ':owner': S(owner) } });
  }

  #row(key: string, owner: string, expiresAt: number) {
    const { pk, sk } = keyOf(key);
    return { pk: S(pk), sk: S(sk), reservedBy: S(owner), expiresAt: N(expiresAt), ttl: ttlOf(expiresAt) };
  }
}

/** Whether the owner has the key, and its work is not done. */
const IS_HELD = '#reservedBy = :owner AND attribute_not_exists(#answer)';

const keyOf = (key: string): Key => ({ pk: `K#${key}`, sk: '#' });
