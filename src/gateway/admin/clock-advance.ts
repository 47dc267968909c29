import { BodySchema } from '../body-schema.js';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const MAX_MS = 30 * UNITS.d;

/** The body of `POST /_gateway/clock`: one of its fields. */
interface Advance {
  readonly advanceMs?: number;
  readonly advance?: string;
}

export const ClockAdvance = new BodySchema<Advance>(
  {
    type: 'object',
    'x-expected': 'an object with one of two fields: {"advanceMs": 7200000} or {"advance": "2h"}',
    properties: {
      advanceMs: {
        type: 'integer',
        minimum: 0,
        maximum: MAX_MS,
        'x-expected': `a whole number of milliseconds from 0 to ${MAX_MS} (30 days)`,
      },
      advance: {
        type: 'string',
        pattern: String.raw`^\d{1,10}(ms|s|m|h|d)$`,
        format: 'at-most-30-days',
        'x-expected': 'a number with the unit ms, s, m, h or d, at most 30 days, such as "2h" or "10m"',
      },
    },
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
  },
  { 'at-most-30-days': (text) => durationMs(text) <= MAX_MS },
);

export const advanceMs = ({ advanceMs: ms, advance = '0ms' }: Advance): number => ms ?? durationMs(advance);

/** @param text such as `2h` */
const durationMs = (text: string) =>
  Number.parseInt(text, 10) * UNITS[text.replace(/^\d+/, '') as keyof typeof UNITS];
