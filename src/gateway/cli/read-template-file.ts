import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { decodeTemplate } from '../cloudformation/decode-template.js';
import { type TemplateFile } from '../cloudformation/template-file.js';
import { UsageError } from '../usage-error.js';

/** Ten times what CloudFormation accepts: such a file is another one, or a device without an end. */
const MAX_BYTES = 10 * 1024 * 1024;

/** @throws {UsageError} the file cannot be read, or is too large */
export async function readTemplateFile(file: string): Promise<string> {
  try {
    const bytes = await buffer(createReadStream(file, { end: MAX_BYTES }));
    if (bytes.length > MAX_BYTES) throw new RangeError('it has more than 10 MB; CloudFormation accepts 1 MB');
    return decodeTemplate(bytes);
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
