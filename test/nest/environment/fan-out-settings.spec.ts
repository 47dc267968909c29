import { expect, it } from 'vitest';
import { ConfigError } from '../../../src/nest/config/config.errors.js';
import { readConfig } from '../../../src/nest/environment/read-config.js';

const read = (env: NodeJS.ProcessEnv) =>
  readConfig({ WS_API_ENDPOINT: 'http://127.0.0.1:8080/dev', ...env }).fanOut;

it('cuts a message to more than 2000 members into shards by default', () => {
  expect(read({})).toEqual({ shardMembers: 2000, leaseMs: 15_000, pollMs: 250, pendingShards: 10_000 });
  expect(read({ FANOUT_SHARD_MEMBERS: '10' })).toMatchObject({ shardMembers: 10 });
});

it.each([
  ['FANOUT_SHARD_MEMBERS', '9'],
  ['FANOUT_SHARD_MEMBERS', '100001'],
])('refuses %s=%s', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(
    expect.objectContaining({
      constructor: ConfigError,
      problems: [expect.stringMatching(`^${name}=${value}: `)],
    }),
  );
});
