import { expect, it } from 'vitest';
import { readConfig } from '../../../src/nest/environment/read-config.js';

const read = (settings: NodeJS.ProcessEnv = {}) =>
  readConfig({ WS_API_ENDPOINT: 'http://127.0.0.1:8080/dev', ...settings }).channels;

it('has the defaults of docs/settings.md', () => {
  expect(read()).toEqual({
    perConnection: 100,
    historyMessages: 1000,
    historyMs: 3_600_000,
    historyOff: [],
    memberNotices: ['presence:'],
    memberNoticesMembers: 100,
    publishOnceMs: 300_000,
    publishByApiOnly: ['broadcast:'],
  });
});

it('accepts prefixes, every channel, or none', () => {
  expect(read({ HISTORY_OFF: 'typing:,cursor:%41' }).historyOff).toEqual(['typing:', 'cursor:%41']);
  // every name begins with the empty text
  expect(read({ MEMBER_NOTICES: '*' }).memberNotices).toEqual(['']);
  expect(read({ PUBLISH_BY_API_ONLY: '-' }).publishByApiOnly).toEqual([]);
  expect(read({ HISTORY_OFF: '' }).historyOff).toEqual([]);
});

it.each([
  ['CHANNELS_PER_CONNECTION', '1', '10000', ['0', '10001', 'many', '-1', '1.5']],
  ['HISTORY_MESSAGES', '0', '100000', ['100001', '1e3', ' 5']],
  ['HISTORY_SECONDS', '1', '604800', ['0', '604801']],
  ['MEMBER_NOTICES_MEMBERS', '1', '100000', ['0', '100001']],
  ['PUBLISH_ONCE_SECONDS', '10', '604800', ['9', '604801', '5m']],
])('accepts %s from %s to %s', (name, min, max, wrong) => {
  for (const value of [min, max]) expect(() => read({ [name]: value })).not.toThrow();
  for (const value of wrong) expect(() => read({ [name]: value })).toThrow(name);
});

it('reports every wrong list at once', () => {
  const names = ['HISTORY_OFF', 'MEMBER_NOTICES', 'PUBLISH_BY_API_ONLY'];
  const wrong = ['a b', 'a,,b', ',', 'a,*', 'ä:'];
  for (const value of wrong) {
    expect(() => read(Object.fromEntries(names.map((name) => [name, value])))).toThrow(
      expect.objectContaining({
        name: 'ConfigError',
        problems: names.map((name) => expect.stringMatching(new RegExp(`^${name}=`)) as string),
      }),
    );
  }
});
