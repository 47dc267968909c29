import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createLogger } from '../../../src/nest/logging/logger.js';
import { RequestLog } from '../../../src/nest/logging/request-log.js';

it('logs each line to its request, and every other line to the process', async () => {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger(
    { logLevel: 'info' },
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const log = new RequestLog(logger);
  const handle = (connectionId: string) => {
    const request = { log: logger.child({ connectionId }) };
    const handled = Promise.withResolvers<void>();
    const work = async () => {
      log.info({}, 'begun');
      await turn();
      // as a guard does that knows more of it
      request.log = request.log.child({ apiKeyName: `key of ${connectionId}` });
      log.warn({ code: 1 }, 'ended');
      handled.resolve();
    };
    log.within(request, () => void work());
    return handled.promise;
  };

  await Promise.all([handle('alice='), handle('bob=')]);
  log.error({}, 'of the process');

  const seen = lines.map(({ msg, connectionId, apiKeyName }) => [msg, connectionId, apiKeyName]);
  expect(seen).toEqual([
    ['begun', 'alice=', undefined],
    ['begun', 'bob=', undefined],
    ['ended', 'alice=', 'key of alice='],
    ['ended', 'bob=', 'key of bob='],
    ['of the process', undefined, undefined],
  ]);
});
