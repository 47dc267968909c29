import { describe, expect, it } from 'vitest';
import { createLog } from '../../../src/gateway/cli/create-log.js';

function lines() {
  const written: string[] = [];
  return { log: createLog('info', 'pretty', { write: (line) => written.push(line) }), written };
}

describe('a readable line', () => {
  it('has time, level, message and fields', () => {
    const { log, written } = lines();
    log.warn(
      { connectionId: 'a-b_c==', stages: ['dev'], reason: 'two words', status: 403 },
      'handshake refused',
    );
    expect(written.join('')).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} WARN {2}handshake refused {2}connectionId=a-b_c== stages=\["dev"\] reason="two words" status=403\n$/,
    );
  });

  it('has the trace of an error below it', () => {
    const { log, written } = lines();
    log.error({ err: new Error('broken') }, 'request failed');
    expect(written.join('')).toMatch(/request failed\n {4}Error: broken\n {8}at /);
  });

  it('shows control characters of a request as text', () => {
    const { log, written } = lines();
    log.info({ path: '/\u001B[31m\u009B', lines: 'a\nb' }, 'request\u0007\u009D refused');
    expect(written.join('').trimEnd().split('\n')).toHaveLength(1);
    expect(written.join('').trimEnd()).not.toMatch(/\p{Cc}/u);
    expect(written.join('')).toContain('request\\u0007');
  });
});
