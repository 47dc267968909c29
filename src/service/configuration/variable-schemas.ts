import { z } from 'zod';

/** A whole number, bounds included. */
export const wholeNumber = (min: number, max: number) => {
  const expected = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .transform((text) => (/^\d+$/.test(text) ? Number(text) : Number.NaN))
    .pipe(z.number(expected).min(min, expected).max(max, expected));
};

export const trueOrFalse = z
  .enum(['true', 'false'], 'expected true or false')
  .transform((text) => text === 'true');

/** Prefixes of channel names, separated by commas; `*` for every channel, `-` for none. */
export const channelPrefixes = z
  .string()
  .regex(
    /^(?:\*|-|[\w.:@/%-]+(?:,[\w.:@/%-]+)*)$/,
    'expected prefixes of channel names, separated by commas, * for every channel, or - for none',
  )
  .transform((text) => (text === '-' ? [] : text === '*' ? [''] : text.split(',')));

/** The name of a variable, and what was expected. */
export type VariableProblem = readonly [name: string, expected: string];
