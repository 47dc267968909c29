import { readFileSync } from 'node:fs';
import { UsageError } from './usage-error.js';

/**
 * Reads the file of an option.
 *
 * @param flag the option's name, such as `--policy`
 * @throws {UsageError} the file cannot be read
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
