import { readFile } from 'node:fs/promises';
import { type TemplateFile } from '../cloudformation/loaded-templates.js';
import { UsageError } from '../usage-error.js';

/** @throws {UsageError} the file cannot be read */
export async function readTemplateFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** @throws {UsageError} one of the files cannot be read */
export async function readTemplateFiles(files: readonly string[]): Promise<readonly TemplateFile[]> {
  return Promise.all(files.map(async (fileName) => ({ fileName, text: await readTemplateFile(fileName) })));
}
