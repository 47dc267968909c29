import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { CloudFormationError, type Place } from '../cloudformation/cloudformation-error.js';
import { decodeTemplate } from '../cloudformation/decode-template.js';
import { type TemplateFile } from '../cloudformation/template-file.js';
import { readShownTerraform } from '../cloudformation/terraform/show-json.js';
import { otherTerraformFile } from '../cloudformation/terraform/other-files.js';
import { UsageError } from '../usage-error.js';

/** More than any plan of Terraform has: such a file is another one, or a device without an end. */
const MAX_MEGABYTES = 32;
const MAX_BYTES = MAX_MEGABYTES * 1024 * 1024;

/** @throws {UsageError} the file cannot be read, or is too large */
export async function readTemplateFile(file: string): Promise<string> {
  try {
    const bytes = await buffer(createReadStream(file, { end: MAX_BYTES }));
    if (bytes.length > MAX_BYTES) throw new RangeError(`it has more than ${MAX_MEGABYTES} MB`);
    const other = otherTerraformFile(Buffer.from(bytes.subarray(0, 4)).toString('latin1'), file);
    if (other !== undefined) throw new Error(other);
    return decodeTemplate(bytes);
  } catch (cause) {
    const isEncoding = cause instanceof TypeError;
    const reason = isEncoding
      ? 'it is neither UTF-8 nor UTF-16 with a byte order mark'
      : (cause as Error).message;
    throw new UsageError(`${file} cannot be read: ${reason}`, { cause });
  }
}

/**
 * Reads the files of `--template` and of `--terraform`, in this order.
 *
 * @throws {UsageError} one of the files cannot be read
 * @throws {CloudFormationError} a file of `--terraform` is not what `terraform show -json` prints
 */
export async function readTemplateFiles({
  templates,
  terraform,
}: TemplateFiles): Promise<readonly TemplateFile[]> {
  const files = await Promise.all(
    [...templates, ...terraform].map(async (fileName) => ({
      fileName,
      text: await readTemplateFile(fileName),
    })),
  );
  for (const { fileName, text } of files.slice(templates.length)) {
    const error = (at: Place, reason: string) => new CloudFormationError(fileName, at, reason);
    readShownTerraform({ text, fileName, error });
  }
  return files;
}

/** The files of both flags. */
export interface TemplateFiles {
  readonly templates: readonly string[];
  readonly terraform: readonly string[];
}
