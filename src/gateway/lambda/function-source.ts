import { statSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where a function is: a local ES module and the name of its export, or the URL of an Invoke endpoint. */
export type FunctionSource = ModuleSource | { readonly kind: 'endpoint'; readonly url: URL };

export interface ModuleSource {
  readonly kind: 'module';
  /** An absolute path. */
  readonly file: string;
  readonly exportName: string;
}

/** What is wrong with the value of a flag, or with the file it names, in one line. */
export class FunctionSourceError extends Error {
  override readonly name = 'FunctionSourceError';
}

/**
 * Reads the value of `--function`: `NAME=FILE`, `NAME=FILE#EXPORT` or `NAME=URL`. NAME is a function's name, with an
 * alias or version if only that one is meant (`NAME:prod`), or its ARN.
 *
 * @throws {FunctionSourceError} it is none of these, or there is no such file
 */
export function parseFunctionFlag(value: string): { readonly name: string; readonly source: FunctionSource } {
  const at = value.indexOf('=');
  const name = value.slice(0, Math.max(at, 0));
  const where = value.slice(at + 1);
  if (!NAME.test(name) || where === '') {
    throw new FunctionSourceError(
      `--function is '${value}': it must be NAME=FILE, NAME=FILE#EXPORT or NAME=URL, where NAME is a function's name or ARN`,
    );
  }
  return { name, source: parseSource(name, where) };
}

function parseSource(name: string, where: string): FunctionSource {
  if (/^https?:\/\//i.test(where)) {
    if (!URL.canParse(where)) throw new FunctionSourceError(`--function ${name}: '${where}' is no URL`);
    return { kind: 'endpoint', url: new URL(where) };
  }
  const [, path = where, exportName = 'handler'] =
    where.match(/^(.+)#([\p{ID_Start}$_][\p{ID_Continue}$]*)$/u) ?? [];
  const file = resolve(path);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) throw new FunctionSourceError(`--function ${name}: there is no file ${file}`);
  if (!stat.isFile()) throw new FunctionSourceError(`--function ${name}: ${file} is no file`);
  return { kind: 'module', file, exportName };
}

// a name of 64 characters at most, perhaps with an alias or a version, perhaps as an ARN
const NAME = /^(?:arn:[\w-]+:lambda:[\w-]+:\d{12}:function:)?[\w-]{1,64}(?::[\w$-]{1,128})?$/;
