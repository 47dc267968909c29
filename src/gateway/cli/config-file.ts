import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Document, isNode, LineCounter, parseDocument, visit } from 'yaml';
import { parseCommand, writtenCommand } from '../lambda/command-words.js';
import { readSettingsFile } from '../settings-file.js';
import { UsageError } from '../usage-error.js';
import { type Flag, type Flags, type FlagValues } from './flags.js';
import { suggestion } from './suggest.js';

/** The values of a configuration file, in the form in which flags have them. */
export interface ConfigFile<F extends Flags> {
  readonly fileName: string;
  readonly values: FlagValues<F>;
}

/** Searched in the working directory. */
export const CONFIG_FILES = [
  'backchannel-gateway.yaml',
  'backchannel-gateway.yml',
  'backchannel-gateway.json',
];

/**
 * Reads the configuration file. Its keys are the flags without hyphens in front; relative paths start at its folder.
 *
 * @param named the value of `--config`
 * @returns `undefined` when none is named and the working directory has none
 * @throws {UsageError} it cannot be read, or names every key and value that is not allowed
 */
export function readConfigFile<F extends Flags>(
  named: string | undefined,
  flags: F,
): ConfigFile<F> | undefined {
  const fileName = named ?? findConfigFile();
  if (fileName === undefined) return undefined;
  const json = parseConfig(fileName);
  const problems: string[] = [];
  const values: Record<string, string | boolean | readonly string[]> = {};
  for (const [key, value] of Object.entries(json)) {
    if (key === '$schema') continue;
    const flag = Object.hasOwn(flags, key) && key !== 'config' ? flags[key] : undefined;
    const read = flag === undefined ? new Problem(unknownKey(key, flags)) : readValue(flag, value);
    if (read instanceof Problem) problems.push(`${fileName}: ${key} ${read.text}`);
    else values[key] = flag === undefined ? read : withPaths(flag, read, dirname(fileName));
  }
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return { fileName, values: values as FlagValues<F> };
}

/** What is wrong with a value; the text follows its key. It quotes no value, because it may be a secret. */
class Problem {
  constructor(readonly text: string) {}
}

function findConfigFile(): string | undefined {
  const [found, another] = CONFIG_FILES.filter((name) => existsSync(name));
  if (another === undefined) return found;
  throw new UsageError(`there are both ${found} and ${another}: keep one, or name one with --config`);
}

function parseConfig(fileName: string): Readonly<Record<string, unknown>> {
  // JSON is YAML, too
  const lines = new LineCounter();
  const text = readSettingsFile('--config', fileName);
  if (UTF_16_READ_AS_UTF_8.test(text)) throw new UsageError(`${fileName} is UTF-16: save it as UTF-8`);
  const document = parseDocument(text, { prettyErrors: true, lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined) {
    const [at] = error.linePos ?? [];
    const place = at === undefined ? '' : `:${at.line}:${at.col}`;
    // without the cause, which would quote the file
    throw new UsageError(`${fileName}${place}: not YAML: ${error.code}`);
  }
  const json = toJson(document, (offset) => {
    const { line, col } = lines.linePos(offset);
    return `${fileName}:${line}:${col}`;
  });
  if (json === null) return {};
  if (isObject(json)) return json;
  throw new UsageError(`${fileName}: it must be an object of flags, such as "port: 8080"`);
}

/** A byte order mark of UTF-16 is no UTF-8. */
const UTF_16_READ_AS_UTF_8 = /^\uFFFD\uFFFD/;

/**
 * The content, in which numbers are texts as they are written: `012345678901` is an account id and `1.10` a version.
 *
 * @param place describes the place of an offset
 * @throws {UsageError} an alias has no anchor, or the file would grow to many times its size by aliases
 */
function toJson(document: Document.Parsed, place: (offset: number) => string): unknown {
  visit(document, {
    Scalar: (_key, scalar) => {
      if (typeof scalar.value === 'number') scalar.value = scalar.source;
    },
    Alias: (_key, alias) => {
      if (isNode(alias.resolve(document))) return;
      throw new UsageError(
        `${place(alias.range?.[0] ?? 0)}: the alias *${alias.source} has no anchor before it`,
      );
    },
  });
  try {
    return document.toJS();
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new UsageError(`${place(0)}: too many aliases: write the values out`, { cause: error });
  }
}

function unknownKey(key: string, flags: Flags): string {
  return key === 'config'
    ? 'is not a key of this file: give it as the flag --config'
    : `is not a flag${suggestion(key, Object.keys(flags))}`;
}

function readValue(flag: Flag, value: unknown): string | boolean | readonly string[] | Problem {
  switch (flag.kind) {
    case 'switch':
      return typeof value === 'boolean' ? value : new Problem('must be true or false');
    case 'text':
      return isScalar(value) ? String(value) : new Problem(`must be text: ${flag.value}`);
    case 'list': {
      const items: readonly unknown[] = Array.isArray(value) ? value : [value];
      return items.every(isScalar) ? items.map(String) : new Problem(`must be a list of ${flag.value}`);
    }
    case 'map': {
      if (!isObject(value)) return new Problem(`must be an object of ${flag.value.replace('=', ': ')}`);
      const wrong = Object.keys(value).find((name) => !isScalar(value[name]));
      if (wrong !== undefined) return new Problem(`must be an object of texts; ${wrong} is none`);
      return Object.entries(value).map(([name, item]) => `${name}=${String(item)}`);
    }
    default:
      return flag satisfies never;
  }
}

const isScalar = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value with relative paths from the file's folder. */
function withPaths<T extends string | boolean | readonly string[]>(flag: Flag, value: T, folder: string): T {
  if (flag.kind === 'switch' || !flag.isPath) return value;
  const path = (text: string) => {
    const resolved = resolve(folder, text);
    if (flag.isPath === 'if there') return existsSync(resolved) ? resolved : text;
    if (/^https?:\/\//i.test(text)) return text;
    return flag.kind === 'map' && /\s/.test(text) && !existsSync(resolved)
      ? commandIn(folder, text)
      : resolved;
  };
  const entry = (text: string) => {
    const equals = flag.kind === 'map' ? text.indexOf('=') + 1 : 0;
    return text.slice(0, equals) + path(text.slice(equals));
  };
  return (Array.isArray(value) ? value.map(entry) : entry(String(value))) as T;
}

/** A command whose words that are files of the folder are absolute paths. */
function commandIn(folder: string, text: string): string {
  const command = parseCommand(text);
  if (command === undefined) return text;
  const words = command.words.map((word) =>
    existsSync(resolve(folder, word)) ? resolve(folder, word) : word,
  );
  return writtenCommand({ ...command, words });
}
