import { expect, it } from 'vitest';
import { ConfigError } from '../../../src/nest/config/config.errors.js';
import { readStoreConfig } from '../../../src/nest/environment/read-store-config.js';

const settings = { STORE: 'dynamodb', DYNAMODB_TABLE: 'table' };

it('reads the store of the service, and nothing else', () => {
  expect(readStoreConfig({ ...settings, PORT: 'x', LOG_LEVEL: '' })).toEqual({
    store: { kind: 'dynamodb', table: 'table', endpoint: undefined, timeoutMs: 2000 },
    awsRegion: 'us-east-1',
  });
});

it.each([
  [{ AWS_REGION: 'eu-west-1' }, 'eu-west-1'],
  [{ WS_API_ENDPOINT: 'https://abc.execute-api.eu-central-1.amazonaws.com/prod' }, 'eu-central-1'],
  [
    {
      WS_API_ENDPOINT: 'https://abc.execute-api.eu-central-1.amazonaws.com/prod',
      AWS_REGION: 'eu-west-1',
    },
    'eu-central-1',
  ],
  [{ WS_API_ENDPOINT: 'https://chat.example.com', AWS_REGION: 'eu-west-1' }, 'eu-west-1'],
])('has the Region of the service with %j', (environment, expected) => {
  expect(readStoreConfig({ ...settings, ...environment }).awsRegion).toBe(expected);
});

it('refuses what the service refuses', () => {
  const read = () => readStoreConfig({ ...settings, REDIS_URL: 'redis://localhost', WS_API_ENDPOINT: 'x' });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(/^WS_API_ENDPOINT=x: .*\nREDIS_URL=.*: expected only with STORE=redis$/);
});
