import { closeSync, openSync, readSync } from 'node:fs';
import { UsageError } from './usage-error.js';

/** More than any settings need: such a file is another one, or a device without an end. */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads the file of an option.
 *
 * @param flag the option's name, such as `--policy`
 * @throws {UsageError} the file cannot be read, or is too large
 */
export function readSettingsFile(flag: string, file: string): string {
  const bytes = Buffer.allocUnsafe(MAX_BYTES + 1);
  const length = readInto(bytes, flag, file);
  if (length > MAX_BYTES) throw new UsageError(`${flag}: ${file} has more than 1 MB`);
  return bytes.toString('utf8', 0, length);
}

/** @returns the number of bytes that were read: all of the file, or as many as there is room for */
function readInto(bytes: Buffer, flag: string, file: string): number {
  try {
    const descriptor = openSync(file, 'r');
    try {
      let length = 0;
      let read: number;
      do {
        read = readSync(descriptor, bytes, length, bytes.length - length, null);
        length += read;
      } while (read > 0 && length < bytes.length);
      return length;
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = REASONS[code ?? ''] ?? message;
    throw new UsageError(`${flag}: ${file} ${reason}`, { cause: error });
  }
}

/**
 * @throws {UsageError} the file cannot be read, or is not JSON; the message quotes nothing of it, because it may
 *   contain secrets
 */
export function readJsonFile(flag: string, file: string): unknown {
  const text = readSettingsFile(flag, file);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const [, line, column] = (error as Error).message.match(/\(line (\d+) column (\d+)\)/) ?? [];
    const where = line === undefined ? '' : `: error at line ${line}, column ${column}`;
    // without the cause, which would quote the file
    throw new UsageError(`${flag}: ${file} is not JSON${where}`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'is not readable: permission denied',
  EISDIR: 'is a directory, not a file',
};
