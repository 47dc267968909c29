import { randomUUID } from 'node:crypto';
import { type Reservation, ReservationStore } from '../reservation-store.js';
import { type EmbeddedDatabase } from './database.js';

export class EmbeddedReservationStore extends ReservationStore {
  readonly #database: EmbeddedDatabase;

  constructor(database: EmbeddedDatabase) {
    super();
    this.#database = database;
  }

  async reserve(key: string, leaseMs: number): Promise<Reservation> {
    const { statements } = this.#database;
    const now = this.#database.now();
    const owner = randomUUID();
    this.#database.removeExpired();
    return this.#database.grow(() => {
      if (statements.reserve.run(key, owner, now + leaseMs, now).changes === 1)
        return { kind: 'reserved', owner };
      const result = statements.result.get(key)?.['result'];
      return typeof result === 'string' ? { kind: 'done', result } : { kind: 'held' };
    });
  }

  async renew(key: string, owner: string, leaseMs: number): Promise<boolean> {
    const { statements } = this.#database;
    const now = this.#database.now();
    return this.#database.attempt(() => statements.renew.run(now + leaseMs, key, owner, now).changes === 1);
  }

  async keepResult(key: string, owner: string, result: string, ttlMs: number): Promise<void> {
    const { statements, now } = this.#database;
    this.#database.grow(() => statements.keepResult.run(key, owner, result, now() + ttlMs));
  }

  async release(key: string, owner: string): Promise<void> {
    this.#database.attempt(() => this.#database.statements.release.run(key, owner));
  }
}
