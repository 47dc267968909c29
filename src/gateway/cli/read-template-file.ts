import { readFile } from 'node:fs/promises';
import { UsageError } from '../usage-error.js';

/** @throws {UsageError} the file cannot be read */
export async function readTemplateFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
