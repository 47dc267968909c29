import { UsageError } from '../usage-error.js';

const MB = 1024 * 1024;
/** A record may take half a megabyte. */
const MIN_MB = 1;
const MAX_MB = 4096;

/**
 * Reads `--record` or `GATEWAY_RECORD`.
 *
 * @returns bytes
 * @throws {UsageError}
 */
export function readRecord(text: string | undefined): number | 'off' | undefined {
  if (text === undefined || text === 'off') return text;
  const size = Number(text.match(/^(\d{1,4})mb$/i)?.[1]);
  if (size >= MIN_MB && size <= MAX_MB) return size * MB;
  throw new UsageError(
    `--record (GATEWAY_RECORD) is '${text}': it must be off, or a size from ${MIN_MB}mb to ${MAX_MB}mb, such as 32mb`,
  );
}
