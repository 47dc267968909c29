import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/service/config.js';

const endpoint = 'https://abc123.execute-api.eu-central-1.amazonaws.com/prod';
const secret = 'a-secret-of-the-gateway';

const read = (env: NodeJS.ProcessEnv) => readConfig({ WS_API_ENDPOINT: endpoint, ...env });

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

it('needs WS_API_ENDPOINT only', () => {
  const config = read({});
  expect(config).toEqual({
    port: 3000,
    host: '127.0.0.1',
    wsApiEndpoint: endpoint,
    awsRegion: 'eu-central-1',
    store: 'embedded',
    dataDir: resolve('.data'),
    gatewaySecrets: [],
    authentication: { kind: 'none' },
    callbackConnectTimeoutMs: 1000,
    callbackRequestTimeoutMs: 5000,
    callbackConcurrency: 64,
    callbackDeadlineMs: 12_000,
    callbackQueue: 10_000,
    callbackQueuePerConnection: 100,
    callbackQueueBytes: 67_108_864,
    logLevel: 'info',
  });
  expect(Object.isFrozen(config)).toBe(true);
});

it('takes an empty variable for one that is not set', () => {
  expect(read({ PORT: '', HOST: '', GATEWAY_SECRET: '', LOG_LEVEL: '' })).toEqual(read({}));
  expect(problemsOf({ WS_API_ENDPOINT: '' })).toEqual([
    expect.stringMatching(/^WS_API_ENDPOINT is not set: /),
  ]);
});

it('takes every setting as it is given', () => {
  const config = read({
    PORT: '0',
    HOST: '10.0.0.7',
    STORE: 'embedded',
    DATA_DIR: '/var/lib/backchannel',
    GATEWAY_SECRET: secret,
    GATEWAY_SECRET_PREVIOUS: `${secret}-before`,
    CALLBACK_CONNECT_TIMEOUT_MS: '50',
    CALLBACK_REQUEST_TIMEOUT_MS: '29000',
    CALLBACK_CONCURRENCY: '1024',
    CALLBACK_DEADLINE_MS: '28000',
    CALLBACK_QUEUE: '1000000',
    CALLBACK_QUEUE_PER_CONNECTION: '1',
    CALLBACK_QUEUE_BYTES: '131072',
    LOG_LEVEL: 'silent',
  });
  expect(config).toMatchObject({
    port: 0,
    host: '10.0.0.7',
    dataDir: '/var/lib/backchannel',
    gatewaySecrets: [secret, `${secret}-before`],
    callbackConnectTimeoutMs: 50,
    callbackRequestTimeoutMs: 29_000,
    callbackConcurrency: 1024,
    callbackDeadlineMs: 28_000,
    callbackQueue: 1_000_000,
    callbackQueuePerConnection: 1,
    callbackQueueBytes: 131_072,
    logLevel: 'silent',
  });
});

describe('HOST', () => {
  it('is every address by default when there is a secret', () => {
    expect(read({ GATEWAY_SECRET: secret }).host).toBe('0.0.0.0');
  });

  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('may be %s without a secret', (host) => {
    expect(read({ HOST: host }).host).toBe(host);
  });

  it.each(['0.0.0.0', '::', '10.0.0.7', 'example.com', '127.0.0.1.example.com'])(
    'may not be %s without one',
    (host) => {
      expect(problemsOf({ WS_API_ENDPOINT: endpoint, HOST: host })).toEqual([
        expect.stringMatching(/^HOST=.*GATEWAY_SECRET/),
      ]);
    },
  );
});

describe('WS_API_ENDPOINT', () => {
  it.each([
    [endpoint, endpoint],
    [`${endpoint}/`, endpoint],
    [`${endpoint}/@connections`, endpoint],
    [`${endpoint}/@connections/`, endpoint],
    [`${endpoint}/%40connections`, endpoint],
    [endpoint.replace('https:', 'wss:'), endpoint],
    ['ws://127.0.0.1:8080/dev', 'http://127.0.0.1:8080/dev'],
    ['http://localhost:8080/_apis/abc/dev/', 'http://localhost:8080/_apis/abc/dev'],
    ['wss://ws.example.com', 'https://ws.example.com'],
    ['https://ws.example.com/base/path', 'https://ws.example.com/base/path'],
    ['http://[::1]:8080/dev', 'http://[::1]:8080/dev'],
  ])('%s is understood', (given, understood) => {
    expect(read({ WS_API_ENDPOINT: given }).wsApiEndpoint).toBe(understood);
  });

  it.each([
    'abc123.execute-api.eu-central-1.amazonaws.com/prod',
    'ftp://example.com/prod',
    'https://',
    'https://abc123.execute-api.eu-central-1.amazonaws.com',
    'wss://abc123.execute-api.eu-central-1.amazonaws.com/@connections',
    'https://user:pass-word@ws.example.com/prod',
    'https://ws.example.com/prod?token=pass-word',
    'https://ws.example.com/prod#pass-word',
  ])('%s is refused, and credentials in it are not repeated', (given) => {
    const problems = problemsOf({ WS_API_ENDPOINT: given });
    expect(problems).toEqual([expect.stringMatching(/^WS_API_ENDPOINT=.*: expected /)]);
    expect(problems.join()).not.toContain('pass-word');
  });
});

describe('AWS_REGION', () => {
  it.each([
    [endpoint, undefined, 'eu-central-1'],
    [endpoint, 'us-west-2', 'eu-central-1'],
    ['https://vpce-1.execute-api.eu-west-1.vpce.amazonaws.com/prod', undefined, 'eu-west-1'],
    ['https://abc.execute-api.cn-north-1.amazonaws.com.cn/prod', undefined, 'cn-north-1'],
    ['https://ws.example.com', 'us-west-2', 'us-west-2'],
    ['https://ws.example.com', undefined, 'us-east-1'],
    ['https://x.execute-api.eu-west-1.amazonaws.com.example.com', undefined, 'us-east-1'],
  ])('for %s and %s is %s', (given, region, expected) => {
    expect(readConfig({ WS_API_ENDPOINT: given, AWS_REGION: region }).awsRegion).toBe(expected);
  });
});

it.each([
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['PORT', '3000.5'],
  ['PORT', '0x10'],
  ['PORT', 'http'],
  ['HOST', 'not a host'],
  ['AWS_REGION', 'Frankfurt'],
  ['STORE', 'redis'],
  ['STORE', 'dynamodb'],
  ['STORE', 'memory'],
  ['CALLBACK_CONNECT_TIMEOUT_MS', '49'],
  ['CALLBACK_CONNECT_TIMEOUT_MS', '5s'],
  ['CALLBACK_REQUEST_TIMEOUT_MS', '29001'],
  ['CALLBACK_CONCURRENCY', '0'],
  ['CALLBACK_CONCURRENCY', '1025'],
  ['CALLBACK_DEADLINE_MS', '28001'],
  ['CALLBACK_QUEUE', '0'],
  ['CALLBACK_QUEUE_PER_CONNECTION', '10001'],
  ['CALLBACK_QUEUE_BYTES', '131071'],
  ['LOG_LEVEL', 'verbose'],
])('refuses %s=%s, and says what it expects', (name, value) => {
  expect(problemsOf({ WS_API_ENDPOINT: endpoint, GATEWAY_SECRET: secret, [name]: value })).toEqual([
    expect.stringMatching(new RegExp(`^${name}=${value}: expected `)),
  ]);
});

it.each(['short', 'x'.repeat(511), "with 'quotes' in it", 'with spaces in it'])(
  'refuses the secret %j without repeating it',
  (value) => {
    const problems = problemsOf({
      WS_API_ENDPOINT: endpoint,
      GATEWAY_SECRET: value,
      GATEWAY_SECRET_PREVIOUS: value,
    });
    expect(problems).toEqual([
      `GATEWAY_SECRET (${value.length} characters): ${SECRET_FORM}`,
      `GATEWAY_SECRET_PREVIOUS (${value.length} characters): ${SECRET_FORM}`,
    ]);
  },
);
const SECRET_FORM = 'expected 16 to 510 characters of A-Z a-z 0-9 . _ ~ + / = -';

it('refuses a previous secret alone', () => {
  expect(problemsOf({ WS_API_ENDPOINT: endpoint, GATEWAY_SECRET_PREVIOUS: secret })).toEqual([
    `GATEWAY_SECRET_PREVIOUS (${secret.length} characters): expected GATEWAY_SECRET with it`,
  ]);
});

it('tells every problem at once', () => {
  const problems = problemsOf({
    PORT: 'x',
    HOST: '0.0.0.0',
    STORE: 'redis',
    GATEWAY_SECRET_PREVIOUS: secret,
    CALLBACK_CONCURRENCY: '0',
    LOG_LEVEL: 'x',
  });
  expect(problems.map((problem) => /^\w+/.exec(problem)?.[0])).toEqual([
    'PORT',
    'WS_API_ENDPOINT',
    'STORE',
    'CALLBACK_CONCURRENCY',
    'LOG_LEVEL',
    'HOST',
    'GATEWAY_SECRET_PREVIOUS',
  ]);
});
