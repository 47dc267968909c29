import { readFileSync } from 'node:fs';
import { UsageError } from './usage-error.js';

/**
 * The text of a file that a flag names.
 *
 * @param flag such as `--policy`, for the message
 * @throws {UsageError} it cannot be read
 */
export function readSettingsFile(flag: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = REASONS[code ?? ''] ?? message;
    throw new UsageError(`${flag}: ${file} ${reason}`, { cause: error });
  }
}

/** @throws {UsageError} it cannot be read, or is no JSON; the message repeats nothing of it, as it may hold secrets */
export function readJsonFile(flag: string, file: string): unknown {
  const text = readSettingsFile(flag, file);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const [, line, column] = (error as Error).message.match(/\(line (\d+) column (\d+)\)/) ?? [];
    const where = line === undefined ? '' : `, from line ${line}, column ${column} on`;
    // without the cause, which quotes the file
    throw new UsageError(`${flag}: ${file} is not JSON${where}`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read',
  EISDIR: 'is a folder, not a file',
};
