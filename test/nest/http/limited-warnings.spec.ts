import { pino } from 'pino';
import { expect, it } from 'vitest';
import { LimitedWarnings } from '../../../src/nest/http/limited-warnings.js';

it('logs one line per minute and cause, with the number of suppressed lines', () => {
  const lines: unknown[] = [];
  let nowMs = 0;
  const log = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const warnings = new LimitedWarnings(log, () => nowMs);

  for (let count = 0; count < 5; count++) warnings.warn('tls', {}, 'request cannot be read');
  warnings.warn('http2', {}, 'request cannot be read');
  nowMs = 59_999;
  warnings.warn('tls', {}, 'request cannot be read');
  nowMs = 60_000;
  warnings.warn('tls', {}, 'request cannot be read');

  expect(lines).toMatchObject([
    { cause: 'tls', suppressed: 0 },
    { cause: 'http2', suppressed: 0 },
    { cause: 'tls', suppressed: 5 },
  ]);
});
