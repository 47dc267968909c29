import { UsageError } from '../usage-error.js';
import { type Flag, type Flags, HELP, type ParsedArgs, parseFlags } from './flags.js';
import { PROGRAM } from './program-name.js';

/** One command of the program, such as `lint`, as it is described in its usage. */
export interface CommandAbout<F extends Flags = Flags> {
  readonly name: string;
  /** Its operands in the usage, such as `FILE …`; absent when it takes none. */
  readonly operands?: string;
  /** One sentence without a full stop. */
  readonly summary: string;
  readonly flags: F;
  /** Explanations that belong to no flag. */
  readonly notes?: string;
  /** The meaning of each exit code. */
  readonly exitCodes: Readonly<Record<number, string>>;
  /** The exit code after a `UsageError`; 1 by default. */
  readonly usageErrorCode?: number;
}

/** A command that can be run. */
export interface Command extends CommandAbout {
  /**
   * @param args those after the command's name
   * @returns the exit code
   * @throws {UsageError} the command line is wrong, or a file that it names
   */
  run(args: readonly string[], context: CommandContext): Promise<number>;
}

/** The surroundings of a command. */
export interface CommandContext {
  readonly env: NodeJS.ProcessEnv;
  /** Writes to standard output. */
  readonly write: (text: string) => void;
}

/** Adds to a command what all of them have: the parser of its flags, and `--help`. */
export function defineCommand<F extends Flags>(
  about: CommandAbout<F>,
  run: (parsed: ParsedArgs<F>, context: CommandContext) => Promise<number>,
): Command {
  return {
    ...about,
    async run(args, context) {
      const parsed = parseFlags(about.name, about.flags, args);
      if (parsed.values.help) {
        context.write(usageOf(about));
        return 0;
      }
      const [operand] = parsed.operands;
      if (about.operands === undefined && operand !== undefined) {
        throw new UsageError(
          `${about.name} takes no operand '${operand}'; ${PROGRAM} ${about.name} --help shows its usage`,
        );
      }
      return run(parsed, context);
    },
  };
}

/** The text of `COMMAND --help`. */
export function usageOf({ name, operands, summary, flags, notes, exitCodes }: CommandAbout): string {
  const line = [PROGRAM, name, ...(operands === undefined ? [] : [operands]), '[FLAG …]'].join(' ');
  const codes = Object.entries(exitCodes).map(([code, meaning]) => `  ${code}  ${meaning}\n`);
  return [
    `${line}\n\n${capitalised(summary)}.\n`,
    flagList({ ...flags, help: HELP }),
    ...(notes === undefined ? [] : [`${notes}\n`]),
    `Exit codes:\n\n${codes.join('')}`,
  ].join('\n');
}

/** The flags with their meaning, a paragraph each. */
export const flagList = (flags: Flags): string => Object.entries(flags).map(flagLines).join('');

/** `--target NLB=HOST[:PORT]`, without the hyphens of other forms. */
export const signature = (name: string, flag: Flag): string =>
  `--${name}${flag.kind === 'switch' ? '' : ` ${flag.value}`}`;

export const isRepeatable = ({ kind }: Flag): boolean => kind === 'list' || kind === 'map';

const INDENT = 26;
const WIDTH = 110;

function flagLines([name, flag]: readonly [string, Flag]): string {
  const head = `  ${signature(name, flag)}`;
  const origin = [flag.variable, flag.preset].filter((part) => part !== undefined).join(', ');
  const text = `${flag.help}${isRepeatable(flag) ? '; repeatable' : ''}${origin === '' ? '' : ` (${origin})`}`;
  const [first = '', ...rest] = wrapped(text, WIDTH - INDENT);
  const lines = head.length < INDENT ? [head.padEnd(INDENT) + first] : [head, ' '.repeat(INDENT) + first];
  return [...lines, ...rest.map((line) => ' '.repeat(INDENT) + line)].join('\n').concat('\n');
}

function wrapped(text: string, width: number): readonly string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
