import { type Reservation, ReservationStore } from '../reservation-store.js';
import { type EmbeddedDatabase } from './database.js';

export class EmbeddedReservationStore extends ReservationStore {
  readonly #database: EmbeddedDatabase;

  constructor(database: EmbeddedDatabase) {
    super();
    this.#database = database;
  }

  async reserve(key: string, ttlMs: number): Promise<Reservation> {
    const { statements } = this.#database;
    const now = this.#database.now();
    this.#database.removeExpired();
    return this.#database.transaction(() => {
      if (statements.reserve.run(key, now + ttlMs, now).changes === 1) return 'reserved';
      return { result: (statements.result.get(key)?.['answer'] ?? undefined) as string | undefined };
    });
  }

  async keepResult(key: string, result: string, ttlMs: number): Promise<void> {
    const { statements, now } = this.#database;
    this.#database.attempt(() => statements.keepResult.run(key, result, now() + ttlMs));
  }

  async release(key: string): Promise<void> {
    this.#database.attempt(() => this.#database.statements.release.run(key));
  }
}
