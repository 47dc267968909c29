import { readFile } from 'node:fs/promises';
import { decodeTemplate } from '../cloudformation/decode-template.js';
import { type TemplateFile } from '../cloudformation/loaded-templates.js';
import { UsageError } from '../usage-error.js';

/** @throws {UsageError} the file cannot be read */
export async function readTemplateFile(file: string): Promise<string> {
  try {
    return decodeTemplate(await readFile(file));
  } catch (cause) {
    const isEncoding = cause instanceof TypeError;
    const reason = isEncoding
      ? 'it is neither UTF-8 nor UTF-16 with a byte order mark'
      : (cause as Error).message;
    throw new UsageError(`${file} cannot be read: ${reason}`, { cause });
  }
}

/** @throws {UsageError} one of the files cannot be read */
export async function readTemplateFiles(files: readonly string[]): Promise<readonly TemplateFile[]> {
  return Promise.all(files.map(async (fileName) => ({ fileName, text: await readTemplateFile(fileName) })));
}
