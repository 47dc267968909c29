import { styleText } from 'node:util';
import { type DestinationStream } from 'pino';

/**
 * A destination that turns pino's JSON into readable lines: `12:00:01.234 INFO  connected  connectionId=… stage=dev`.
 *
 * @param hasColors whether levels and names are coloured
 */
export function readableLines(
  output: { write(text: string): unknown },
  hasColors: boolean,
): DestinationStream {
  return { write: (json) => void output.write(readable(JSON.parse(json) as Line, hasColors)) };
}

interface Line {
  readonly level: string;
  readonly time: string;
  readonly msg?: string;
  readonly err?: { readonly stack?: string };
  readonly [field: string]: unknown;
}

function readable({ level, time, msg = '', err, ...fields }: Line, hasColors: boolean): string {
  const styled = (style: Style, text: string) =>
    hasColors ? styleText(style, text, { validateStream: false }) : text;
  const shown = Object.entries(fields).map(([name, value]) => `${styled('dim', `${name}=`)}${field(value)}`);
  const head = `${styled('dim', clockTime(time))} ${styled(LEVEL_STYLES[level] ?? 'reset', level.toUpperCase().padEnd(5))}`;
  const trace = err?.stack === undefined ? '' : `\n${visible(err.stack).replaceAll(/^/gm, '    ')}`;
  return `${[`${head} ${visible(msg)}`, shown.join(' ')].filter((part) => part !== '').join('  ')}${trace}\n`;
}

type Style = Parameters<typeof styleText>[0];

const LEVEL_STYLES: Readonly<Record<string, Style>> = {
  fatal: 'red',
  error: 'red',
  warn: 'yellow',
  info: 'green',
  debug: 'cyan',
  trace: 'gray',
};

/** The time of day of this machine, to the millisecond. */
function clockTime(iso: string): string {
  const time = new Date(iso);
  const part = (value: number, digits = 2) => String(value).padStart(digits, '0');
  return `${part(time.getHours())}:${part(time.getMinutes())}:${part(time.getSeconds())}.${part(time.getMilliseconds(), 3)}`;
}

/** Text without quotes if it is one word, JSON otherwise. */
const field = (value: unknown) =>
  typeof value === 'string' && /^[\w$@./:=+*{}~-]+$/.test(value) ? value : visible(JSON.stringify(value));

/** A terminal must not take anything of a request as an escape sequence. */
const visible = (text: string) =>
  text.replaceAll(
    /[^\P{Cc}\t\n]/gu,
    (control) => `\\u00${control.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
