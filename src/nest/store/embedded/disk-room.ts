import { statfsSync } from 'node:fs';
import { StoreFullError } from '../store.errors.js';

/**
 * Refuses growth while the disk is nearly full, so that enough room is left for writes that free some: also a removal
 * writes to the write-ahead log first.
 */
export class DiskRoom {
  readonly #freeBytes: () => number;

  /** @param freeBytes of the disk, for this user; by default what the operating system says, read every {@link READ_MS} */
  constructor(dataDir: string, freeBytes = reading(dataDir)) {
    this.#freeBytes = freeBytes;
  }

  /** @throws {StoreFullError} there is less than {@link SPARE_BYTES} */
  require(): void {
    const free = this.#freeBytes();
    if (free >= SPARE_BYTES) return;
    throw new StoreFullError(
      `The disk of the embedded store has ${free} free bytes; at least ${SPARE_BYTES} are kept for removals.`,
    );
  }
}

function reading(folder: string): () => number {
  let free = 0;
  let readAt = -Infinity;
  return () => {
    const now = performance.now();
    if (now - readAt >= READ_MS) {
      const { bavail, bsize } = statfsSync(folder);
      free = bavail * bsize;
      readAt = now;
    }
    return free;
  };
}

const READ_MS = 50;

/** Four times the size at which SQLite empties its write-ahead log. */
const SPARE_BYTES = 16 * 1024 * 1024;
