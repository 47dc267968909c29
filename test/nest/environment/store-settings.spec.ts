import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/nest/config/config.errors.js';
import { readConfig } from '../../../src/nest/environment/read-config.js';

const read = (env: NodeJS.ProcessEnv) =>
  readConfig({ WS_API_ENDPOINT: 'http://127.0.0.1:8080/dev', ...env }).store;

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    read(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

it('reads the settings of Redis', () => {
  const url = 'rediss://user:pass%40word@cache.example:6379';
  expect(read({ STORE: 'redis', REDIS_URL: url })).toEqual({
    kind: 'redis',
    url,
    isCluster: false,
    prefix: 'backchannel',
    timeoutMs: 2000,
  });
  const settings = { REDIS_CLUSTER: 'true', REDIS_PREFIX: 'chat:', STORE_TIMEOUT_MS: '50' };
  expect(read({ STORE: 'redis', REDIS_URL: url, ...settings })).toMatchObject({
    isCluster: true,
    prefix: 'chat:',
    timeoutMs: 50,
  });
});

it('reads the settings of DynamoDB', () => {
  expect(read({ STORE: 'dynamodb', DYNAMODB_TABLE: 'chat' })).toEqual({
    kind: 'dynamodb',
    table: 'chat',
    endpoint: undefined,
    timeoutMs: 2000,
  });
  const endpoint = 'http://127.0.0.1:8000';
  expect(read({ STORE: 'dynamodb', DYNAMODB_TABLE: 'chat', DYNAMODB_ENDPOINT: endpoint })).toMatchObject({
    endpoint,
  });
});

describe('a store', () => {
  it.each([
    [{ STORE: 'memory' }, 'STORE=memory: expected embedded, redis or dynamodb'],
    [{ STORE: 'redis' }, 'REDIS_URL is not set: required with STORE=redis'],
    [{ STORE: 'dynamodb' }, 'DYNAMODB_TABLE is not set: required with STORE=dynamodb'],
    [{ REDIS_URL: 'redis://127.0.0.1' }, 'REDIS_URL=redis://127.0.0.1: expected only with STORE=redis'],
    [{ DYNAMODB_TABLE: 'chat' }, 'DYNAMODB_TABLE=chat: expected only with STORE=dynamodb'],
    [
      { STORE: 'redis', REDIS_URL: 'http://user:pass-word@127.0.0.1' },
      'REDIS_URL=http://…@127.0.0.1: expected a URL that starts with redis: or rediss:',
    ],
    [
      { STORE: 'redis', REDIS_URL: 'user:pass/w@rd@127.0.0.1' },
      'REDIS_URL=user:…@127.0.0.1: expected a URL that starts with redis: or rediss:',
    ],
    [
      { STORE: 'redis', REDIS_URL: 'redis://127.0.0.1', REDIS_CLUSTER: 'yes' },
      'REDIS_CLUSTER=yes: expected true or false',
    ],
    [
      { STORE: 'dynamodb', DYNAMODB_TABLE: 'a b' },
      'DYNAMODB_TABLE=a b: expected 3 to 255 letters, digits and _ . -',
    ],
    [{ STORE_TIMEOUT_MS: '49' }, 'STORE_TIMEOUT_MS=49: expected a whole number from 50 to 20000'],
  ])('with %j is refused', (env, problem) => {
    expect(problemsOf(env)).toEqual([problem]);
  });
});
