import { expect, it } from 'vitest';
import { createLogger } from '../../../src/nest/logging/logger.js';
import { LazyLogger } from '../../../src/nest/logging/lazy-logger.js';

function loggerAt(logLevel: 'trace' | 'info') {
  const lines: Record<string, unknown>[] = [];
  const parent = createLogger(
    { logLevel },
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  let asked = 0;
  const logger = new LazyLogger(parent, () => {
    asked += 1;
    return { connectionId: 'alice=' };
  });
  return { logger, lines, timesAsked: () => asked };
}

it('has its fields in every line of every level', () => {
  const { logger, lines, timesAsked } = loggerAt('trace');
  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) {
    logger[level]({ code: level }, 'happened');
  }
  logger.warn('without fields of its own');
  logger.silent();

  expect(lines.map(({ level, code, msg, connectionId }) => [level, code, msg, connectionId])).toEqual([
    ...['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((level) => [
      level,
      level,
      'happened',
      'alice=',
    ]),
    ['warn', undefined, 'without fields of its own', 'alice='],
  ]);
  expect(timesAsked()).toBe(1);
});

it('creates no child logger before the first line', () => {
  const { logger, lines, timesAsked } = loggerAt('info');
  logger.debug({ action: 'ping' }, 'handled');
  logger.trace('handled');

  expect(lines).toEqual([]);
  expect(timesAsked()).toBe(0);
});

it('passes its fields to child loggers', () => {
  const { logger, lines } = loggerAt('info');
  logger.child({ apiKeyName: 'orders' }).info('published');

  expect(lines).toMatchObject([{ connectionId: 'alice=', apiKeyName: 'orders', msg: 'published' }]);
});
