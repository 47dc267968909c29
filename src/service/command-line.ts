import { plainText } from '../api/setting-kinds.js';
import { acceptedValues, type Setting, SETTING_GROUPS } from '../api/settings.js';

/** The command line of the service: it runs it, or explains its settings. */
export async function runCommand(args: readonly string[]): Promise<void> {
  const unexpected = args.find((arg) => !FLAGS.includes(arg));
  if (unexpected !== undefined) {
    process.stderr.write(
      `service: unexpected argument ${unexpected}: the flags are --help and --json; settings are environment variables, which --help lists\n`,
    );
    process.exitCode = 1;
  } else if (args.some((arg) => arg !== '--json')) {
    process.stdout.write(describeSettings(process.stdout.columns ?? WIDTH));
  } else {
    const { runService } = await import('./run-service.js');
    await runService({ logsJson: args.includes('--json') });
  }
}

const FLAGS = ['--help', '-h', '--json'];

/** Without a terminal, and at most on a wide one. */
const WIDTH = 80;
const WIDEST = 110;

const INDENT = ' '.repeat(6);

/** All settings by topic, for a terminal with this number of columns. */
export function describeSettings(columns: number): string {
  const width = Math.min(Math.max(columns, WIDTH), WIDEST);
  const introduction = wrapped(
    "Runs Backchannel's service. Its settings are environment variables. An empty variable counts as not set. On a terminal, log lines are readable; --json keeps them JSON.",
    width,
    '',
  );
  const groups = SETTING_GROUPS.map(({ title, settings }) =>
    [title, ...Object.entries(settings).map(([name, row]) => describeSetting(name, row, width))].join('\n\n'),
  );
  return `npm run service [-- --json]\n\n${[introduction, ...groups].join('\n\n')}\n`;
}

function describeSetting(name: string, row: Setting, width: number): string {
  const accepted = plainText(acceptedValues(row));
  return [
    `  ${name}`,
    wrapped(plainText(row.meaning), width, INDENT),
    wrapped(`default: ${row.default ?? plainText(row.whenUnset ?? '')}`, width, INDENT),
    ...(accepted === '' ? [] : [wrapped(`accepted: ${accepted}`, width, INDENT)]),
  ].join('\n');
}

/** Breaks a text into lines between its words. A word that is longer than a line has one of its own. */
function wrapped(text: string, width: number, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `${indent}${each}`).join('\n');
}
