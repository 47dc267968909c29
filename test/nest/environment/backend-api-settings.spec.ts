import { expect, it } from 'vitest';
import { ConfigError } from '../../../src/nest/config/config.errors.js';
import { readConfig } from '../../../src/nest/environment/read-config.js';

const read = (env: NodeJS.ProcessEnv) =>
  readConfig({ WS_API_ENDPOINT: 'http://127.0.0.1:8080/dev', ...env }).backendApi;

const key = 'k'.repeat(32);

it('has no keys by default', () => {
  expect(read({})).toEqual({ keys: [], idempotencyMs: 86_400_000 });
  expect(read({ API_KEYS: '' }).keys).toEqual([]);
});

it('reads several keys, also with the same name', () => {
  const other = `a.b_c~d+e/f=g-${'h'.repeat(242)}`;
  expect(read({ API_KEYS: `orders:${key}, orders:${other},b_1-2:${key}` }).keys).toEqual([
    { name: 'orders', key },
    { name: 'orders', key: other },
    { name: 'b_1-2', key },
  ]);
});

it.each([
  ['a key without a name', key],
  ['an empty name', `:${key}`],
  ['a name of 65 characters', `${'n'.repeat(65)}:${key}`],
  ['a name with other characters', `my orders:${key}`],
  ['a key of 31 characters', `orders:${key.slice(1)}`],
  ['a key of 257 characters', `orders:${'k'.repeat(257)}`],
  ['a key with other characters', `orders:${key}!`],
  ['a comma at the end', `orders:${key},`],
])('refuses %s without repeating it', (_, API_KEYS) => {
  const problem = expect.stringMatching(/^API_KEYS \(\d+ characters\): expected name:key/) as string;
  expect(() => read({ API_KEYS })).toThrow(expect.objectContaining({ problems: [problem] }) as ConfigError);
});

it.each(['59', '604801', '1.5', 'x'])('refuses IDEMPOTENCY_SECONDS=%s', (IDEMPOTENCY_SECONDS) => {
  expect(() => read({ IDEMPOTENCY_SECONDS })).toThrow(ConfigError);
});
