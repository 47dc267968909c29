import { type LogEntry } from '../log-store.js';

/** Collects consecutive entries. A gap drops the entries before it. */
export class EntryRun {
  readonly #limit: number;
  entries: LogEntry[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns whether it is full */
  add(entry: LogEntry): boolean {
    if (this.entries.length === this.#limit) return true;
    // DynamoDB deletes old rows in any order, and a longer age limit can make the remaining ones visible again
    if (this.entries.length > 0 && this.entries.at(-1)!.offset + 1 !== entry.offset) this.entries = [];
    this.entries.push(entry);
    return this.entries.length === this.#limit;
  }
}
