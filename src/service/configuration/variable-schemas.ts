import { z } from 'zod';

/** A whole number within bounds, both included. */
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

/** Texts with which the names of channels begin; `*` stands for every channel, `-` for none. */
export const channelPrefixes = z
  .string()
  .regex(
    /^(?:\*|-|[\w.:@/%-]+(?:,[\w.:@/%-]+)*)$/,
    'expected beginnings of channel names with commas between, * for every channel, or - for none',
  )
  .transform((text) => (text === '-' ? [] : text === '*' ? [''] : text.split(',')));

/** A setting, and what was expected of it. */
export type SettingProblem = readonly [name: string, expected: string];
