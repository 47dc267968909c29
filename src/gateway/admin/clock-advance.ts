import { z } from 'zod';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const MAX_MS = 30 * UNITS.d;

const ADVANCE_MS = `must be a whole number of milliseconds from 0 to ${MAX_MS} (30 days)`;
const ADVANCE = 'must be a number with the unit ms, s, m, h or d, at most 30 days, such as "2h" or "10m"';
const FIELDS = 'must be an object with one of two fields: {"advanceMs": 7200000} or {"advance": "2h"}';

const advanceMs = z
  .int({ error: ADVANCE_MS })
  .min(0, { error: ADVANCE_MS })
  .max(MAX_MS, { error: ADVANCE_MS });
const advance = z
  .string({ error: ADVANCE })
  .regex(/^\d{1,10}(ms|s|m|h|d)$/, { error: ADVANCE })
  .transform((text) => Number.parseInt(text, 10) * UNITS[text.replace(/^\d+/, '') as keyof typeof UNITS])
  .refine((ms) => ms <= MAX_MS, { error: ADVANCE });

/** The body of `POST /_gateway/clock`, `{"advanceMs": 7200000}` or `{"advance": "2h"}`, in milliseconds. */
export const ClockAdvance = z
  .strictObject({ advanceMs: advanceMs.optional(), advance: advance.optional() }, { error: FIELDS })
  .refine((body) => (body.advanceMs === undefined) !== (body.advance === undefined), { error: FIELDS })
  .transform((body) => body.advanceMs ?? body.advance ?? 0);
