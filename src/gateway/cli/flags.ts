import { parseArgs } from 'node:util';
import { UsageError } from '../usage-error.js';
import { PROGRAM } from './program-name.js';
import { suggestion } from './suggest.js';

/**
 * One flag of a command. The usage, the parser, the configuration file with its JSON schema, and the table in
 * docs/gateway.md are made from it.
 */
export type Flag = TextFlag | ListFlag | MapFlag | SwitchFlag;

interface FlagBase {
  /** One sentence without a full stop; the default is added to it. */
  readonly help: string;
  /** The environment variable with the same meaning. */
  readonly variable?: string;
  /** The default as text, for the usage and the documents. */
  readonly preset?: string;
  /** Whether `--watch` applies a change in the configuration file; otherwise it takes effect after a restart. */
  readonly isReloaded?: true;
}

/** One value; the last one counts. */
interface TextFlag extends FlagBase {
  readonly kind: 'text';
  /** The value's name in the usage, such as `FILE`. */
  readonly value: string;
  /**
   * Whether the value is a path: relative ones in a configuration file start at its folder. A value that may also be
   * something else is a path if there is such a file or folder.
   */
  readonly isPath?: true | 'if there';
  /** The only values. */
  readonly choices?: readonly string[];
  /** A whole number within these bounds. */
  readonly bounds?: readonly [min: number, max: number];
}

/** Repeatable. */
interface ListFlag extends FlagBase {
  readonly kind: 'list';
  readonly value: string;
  readonly isPath?: true;
}

/** Repeatable, in the form `NAME=VALUE`; in a configuration file an object. */
interface MapFlag extends FlagBase {
  readonly kind: 'map';
  readonly value: string;
  /** Whether a value is a path unless it is a URL. */
  readonly isPath?: true;
  /** The only names, each of a whole number. */
  readonly numbers?: readonly string[];
}

/** Without a value. */
interface SwitchFlag extends FlagBase {
  readonly kind: 'switch';
}

/** By the flag's name without the hyphens. */
export type Flags = Readonly<Record<string, Flag>>;

/** The values of a command line. Every command also has `--help`. */
export type FlagValues<F extends Flags> = {
  readonly [K in keyof F]?: F[K] extends { readonly kind: 'text' }
    ? string
    : F[K] extends { readonly kind: 'switch' }
      ? boolean
      : readonly string[];
} & { readonly help?: boolean };

export interface ParsedArgs<F extends Flags> {
  readonly values: FlagValues<F>;
  readonly operands: readonly string[];
}

/** Every command has it. */
export const HELP = { kind: 'switch', help: 'show this text' } as const satisfies Flag;

/**
 * Parses the arguments of a command.
 *
 * @param command its name, for error messages
 * @throws {UsageError} names every unknown flag, with a suggestion, and every flag without its value
 */
export function parseFlags<F extends Flags>(
  command: string,
  flags: F,
  args: readonly string[],
): ParsedArgs<F> {
  const known: Flags = { ...flags, help: HELP };
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(known).map(([name, { kind }]) => [
        name,
        {
          type: kind === 'switch' ? 'boolean' : 'string',
          multiple: true,
          ...(name === 'help' && { short: 'h' }),
        },
      ]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const problems: string[] = [];
  const values: Record<string, string | boolean | string[]> = {};
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const flag = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    const problem = problemOf(flag, token, known);
    if (problem !== undefined) problems.push(problem);
    else if (flag?.kind === 'switch') values[token.name] = true;
    else if (flag?.kind === 'text') values[token.name] = token.value ?? '';
    else values[token.name] = [...((values[token.name] as string[] | undefined) ?? []), token.value ?? ''];
  }
  if (problems.length > 0) {
    throw new UsageError([...problems, `${PROGRAM} ${command} --help lists the flags`].join('\n'));
  }
  return { values: values as FlagValues<F>, operands: positionals };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function problemOf(flag: Flag | undefined, token: OptionToken, known: Flags): string | undefined {
  const { name, rawName, value, inlineValue: isInline } = token;
  if (flag === undefined) {
    return `unknown flag ${rawName}${suggestion(name, Object.keys(known), (text) => `--${text}`)}`;
  }
  if (flag.kind === 'switch') return value === undefined ? undefined : `${rawName} takes no value`;
  if (value === undefined) return `${rawName} needs a value: ${rawName} ${flag.value}`;
  if (value.startsWith('-') && isInline !== true) {
    return `${rawName} needs a value, and ${value} looks like a flag: if it is the value, write ${rawName}=${value}`;
  }
  return undefined;
}
