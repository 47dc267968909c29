import { z } from 'zod';

/** What the text of a setting may be. */
export interface SettingKind<Value> {
  /** Parses the text. An error says what was expected. */
  readonly schema: z.ZodType<Value>;
  /** What is accepted, in Markdown; empty if any text is. */
  readonly bounds: string;
}

export const anyText: SettingKind<string> = { schema: z.string(), bounds: '' };

/** A whole number, bounds included. */
export function wholeNumber(min: number, max: number): SettingKind<number> {
  const expected = `expected a whole number from ${min} to ${max}`;
  return {
    schema: z
      .string()
      .transform((text) => (/^\d+$/.test(text) ? Number(text) : Number.NaN))
      .pipe(z.number(expected).min(min, expected).max(max, expected)),
    bounds: `${min}–${max}`,
  };
}

export function choice<const Value extends string>(...values: readonly Value[]): SettingKind<Value> {
  return {
    schema: z.enum(values, `expected ${listed(values)}`) as z.ZodType<string> as z.ZodType<Value>,
    bounds: listed(values.map((value) => `\`${value}\``)),
  };
}

export const trueOrFalse: SettingKind<boolean> = {
  schema: z.enum(['true', 'false'], 'expected true or false').transform((text) => text === 'true'),
  bounds: '`true` or `false`',
};

/** @param bounds what the pattern accepts, in Markdown */
export function matching(pattern: RegExp, bounds: string): SettingKind<string> {
  return { schema: z.string().regex(pattern, `expected ${plainText(bounds)}`), bounds };
}

export function url(...protocols: readonly string[]): SettingKind<string> {
  const bounds = `a URL that starts with ${protocols.map((protocol) => `${protocol}:`).join(' or ')}`;
  return {
    schema: z
      .string()
      .refine(
        (text) => protocols.includes(URL.parse(text)?.protocol.slice(0, -1) ?? ''),
        `expected ${bounds}`,
      ),
    bounds,
  };
}

/** Prefixes of channel names, as a list in which the empty prefix stands for every channel. */
export const channelPrefixes: SettingKind<readonly string[]> = {
  schema: z
    .string()
    .regex(
      /^(?:\*|-|[\w.:@/%-]+(?:,[\w.:@/%-]+)*)$/,
      'expected prefixes of channel names, separated by commas, * for every channel, or - for none',
    )
    .transform((text) => (text === '-' ? [] : text === '*' ? [''] : text.split(','))),
  bounds: 'prefixes of channel names, separated by commas; `*` for every channel, `-` for none',
};

/**
 * A value that a function reads.
 *
 * @param read returns undefined for a text that is not accepted
 */
export function readBy<Value>(read: (text: string) => Value | undefined, bounds: string): SettingKind<Value> {
  return {
    schema: z.string().transform((text, context) => {
      const value = read(text);
      if (value !== undefined) return value;
      context.addIssue(`expected ${plainText(bounds)}`);
      return z.NEVER;
    }),
    bounds,
  };
}

/** Markdown without links and marks, for a terminal. */
export function plainText(markdown: string): string {
  return markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '');
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
