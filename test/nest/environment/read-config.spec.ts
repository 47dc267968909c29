import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/nest/config/config.errors.js';
import { doubtfulVariables, readConfig } from '../../../src/nest/environment/read-config.js';

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

it('requires only WS_API_ENDPOINT', () => {
  const config = read({});
  expect(config).toEqual({
    named: expect.any(Function),
    path: '',
    port: 3000,
    host: '127.0.0.1',
    wsApiEndpoint: endpoint,
    awsRegion: 'eu-central-1',
    store: { kind: 'embedded', dataDir: resolve('.data') },
    gatewaySecrets: [],
    authentication: { kind: 'none' },
    callbackClient: 'signed',
    callbackConnectTimeoutMs: 1000,
    callbackRequestTimeoutMs: 5000,
    callbackConcurrency: 64,
    callbackDeadlineMs: 12_000,
    callbackQueue: 10_000,
    callbackQueuePerConnection: 100,
    callbackQueueBytes: 67_108_864,
    callbackLingerMs: 0,
    replies: 'callback',
    channels: {
      perConnection: 100,
      historyMessages: 1000,
      historyMs: 3_600_000,
      historyOff: [],
      memberNotices: ['presence:'],
      memberNoticesMembers: 100,
      publishOnceMs: 300_000,
      publishByApiOnly: ['broadcast:'],
    },
    fanOut: { shardMembers: 2000, leaseMs: 15_000, pollMs: 250, pendingShards: 10_000 },
    backendApi: { keys: [], idempotencyMs: 86_400_000 },
    operation: { drainMs: 0, sweepMs: 300_000, sweepIdleMs: 720_000, tracing: undefined },
    logLevel: 'info',
  });
  expect(Object.isFrozen(config)).toBe(true);
});

it('treats an empty variable as not set', () => {
  expect(read({ PORT: '', HOST: '', GATEWAY_SECRET: '', LOG_LEVEL: '' })).toEqual(read({}));
  expect(problemsOf({ WS_API_ENDPOINT: '' })).toEqual([
    expect.stringMatching(/^WS_API_ENDPOINT is not set: /),
  ]);
});

it('reads every setting', () => {
  const config = read({
    PORT: '0',
    HOST: '10.0.0.7',
    STORE: 'embedded',
    DATA_DIR: '/var/lib/backchannel',
    CALLBACK_LINGER_MS: '1000',
    REPLIES: 'response',
    CHANNELS_PER_CONNECTION: '101',
    HISTORY_MESSAGES: '0',
    HISTORY_SECONDS: '60',
    HISTORY_OFF: 'typing:,cursor:',
    MEMBER_NOTICES: '*',
    MEMBER_NOTICES_MEMBERS: '7',
    PUBLISH_ONCE_SECONDS: '600',
    PUBLISH_BY_API_ONLY: '-',
    FANOUT_SHARD_MEMBERS: '10',
    API_KEYS: `shop:${'k'.repeat(32)}, admin:${'l'.repeat(32)}`,
    IDEMPOTENCY_SECONDS: '60',
    DRAIN_SECONDS: '30',
    SWEEP_SECONDS: '0',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318/',
    OTEL_SERVICE_NAME: 'chat',
    GATEWAY_SECRET: secret,
    GATEWAY_SECRET_PREVIOUS: `${secret}-before`,
    CALLBACK_CLIENT: 'sdk',
    CALLBACK_REQUEST_TIMEOUT_MS: '29000',
    CALLBACK_CONCURRENCY: '1024',
    CALLBACK_DEADLINE_MS: '28000',
    CALLBACK_QUEUE: '1000000',
    CALLBACK_QUEUE_BYTES: '131072',
    LOG_LEVEL: 'silent',
  });
  expect(config).toMatchObject({
    port: 0,
    host: '10.0.0.7',
    store: { kind: 'embedded', dataDir: '/var/lib/backchannel' },
    gatewaySecrets: [secret, `${secret}-before`],
    callbackClient: 'sdk',
    callbackConnectTimeoutMs: 5800,
    callbackRequestTimeoutMs: 29_000,
    callbackConcurrency: 1024,
    callbackDeadlineMs: 28_000,
    callbackQueue: 1_000_000,
    callbackQueuePerConnection: 101,
    callbackQueueBytes: 131_072,
    callbackLingerMs: 1000,
    replies: 'response',
    channels: {
      perConnection: 101,
      historyMessages: 0,
      historyMs: 60_000,
      historyOff: ['typing:', 'cursor:'],
      memberNotices: [''],
      memberNoticesMembers: 7,
      publishOnceMs: 600_000,
      publishByApiOnly: [],
    },
    fanOut: { shardMembers: 10 },
    backendApi: {
      keys: [
        { name: 'shop', key: 'k'.repeat(32) },
        { name: 'admin', key: 'l'.repeat(32) },
      ],
      idempotencyMs: 60_000,
    },
    operation: {
      drainMs: 30_000,
      sweepMs: 0,
      tracing: { endpoint: 'http://127.0.0.1:4318', serviceName: 'chat' },
    },
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
    [`${endpoint}/@connections/{connection_id}`, endpoint],
    [`${endpoint}/@connections/{connectionId}/`, endpoint],
    [`${endpoint}//@connections//`, endpoint],
    [`${endpoint.replace('https', 'wss')}/%40connections/%7BconnectionId%7D`, endpoint],
    ['http://127.0.0.1:8080/@connections/{connection_id}', 'http://127.0.0.1:8080'],
    [endpoint.replace('https:', 'wss:'), endpoint],
    ['ws://127.0.0.1:8080/dev', 'http://127.0.0.1:8080/dev'],
    ['http://localhost:8080/_apis/abc/dev/', 'http://localhost:8080/_apis/abc/dev'],
    ['wss://ws.example.com', 'https://ws.example.com'],
    ['https://ws.example.com/base/path', 'https://ws.example.com/base/path'],
    ['http://[::1]:8080/dev', 'http://[::1]:8080/dev'],
  ])('%s is accepted', (text, normalised) => {
    expect(read({ WS_API_ENDPOINT: text }).wsApiEndpoint).toBe(normalised);
  });

  it.each([
    'abc123.execute-api.eu-central-1.amazonaws.com/prod',
    'ftp://example.com/prod',
    'https://',
    'https://abc123.execute-api.eu-central-1.amazonaws.com',
    'wss://abc123.execute-api.eu-central-1.amazonaws.com/@connections',
    `${endpoint}/@connections/abc=`,
    `${endpoint}/@connections/{connectionId}/more`,
    `${endpoint}/@connections/abc=/@connections`,
    `${endpoint}/@connections?token=x`,
    'http://127.0.0.1:8080/dev/@connections/abc=',
    'https://ws.example.com/@connections/abc=',
    `${endpoint}/more`,
    endpoint.replace('https', 'http'),
    endpoint.replace('https', 'ws'),
    'https://user:pass-word@ws.example.com/prod',
    'https://ws.example.com/prod?token=pass-word',
    'https://ws.example.com/prod#pass-word',
  ])('%s is refused without repeating its credentials', (text) => {
    const problems = problemsOf({ WS_API_ENDPOINT: text });
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
  ])('for %s and %s is %s', (text, region, expected) => {
    expect(readConfig({ WS_API_ENDPOINT: text, AWS_REGION: region }).awsRegion).toBe(expected);
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
  ['STORE', 'memory'],
  ['CALLBACK_CLIENT', 'undici'],
  ['CALLBACK_REQUEST_TIMEOUT_MS', '49'],
  ['CALLBACK_REQUEST_TIMEOUT_MS', '5s'],
  ['CALLBACK_REQUEST_TIMEOUT_MS', '29001'],
  ['CALLBACK_CONCURRENCY', '0'],
  ['CALLBACK_CONCURRENCY', '1025'],
  ['CALLBACK_DEADLINE_MS', '28001'],
  ['CALLBACK_QUEUE', '0'],
  ['CALLBACK_QUEUE_BYTES', '131071'],
  ['CALLBACK_LINGER_MS', '1001'],
  ['REPLIES', 'both'],
  ['CHANNELS_PER_CONNECTION', '0'],
  ['HISTORY_MESSAGES', '100001'],
  ['HISTORY_SECONDS', '0'],
  ['HISTORY_OFF', 'with space'],
  ['MEMBER_NOTICES', 'presence:,'],
  ['MEMBER_NOTICES_MEMBERS', '0'],
  ['PUBLISH_ONCE_SECONDS', '9'],
  ['PUBLISH_BY_API_ONLY', ',a'],
  ['FANOUT_SHARD_MEMBERS', '9'],
  ['IDEMPOTENCY_SECONDS', '59'],
  ['DRAIN_SECONDS', '3601'],
  ['SWEEP_SECONDS', '86401'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'grpc://127.0.0.1:4317'],
  ['LOG_LEVEL', 'verbose'],
])('refuses %s=%s with what it expects', (name, value) => {
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
    `GATEWAY_SECRET_PREVIOUS (${secret.length} characters): expected only with GATEWAY_SECRET`,
  ]);
});

it('refuses a removed and a misspelt setting without repeating the value', () => {
  const problems = problemsOf({
    WS_API_ENDPOINT: endpoint,
    SWEEP_IDLE_SECONDS: '60',
    GATEWAY_SECERT: secret,
    FANOUT_POLL_MS: '',
  });
  expect(problems).toEqual([
    expect.stringMatching(/^SWEEP_IDLE_SECONDS is no longer a setting, .*720 s/),
    'GATEWAY_SECERT is not a setting: did you mean GATEWAY_SECRET?',
  ]);
  expect(problems.join()).not.toContain(secret);
});

it('starts with a variable that may belong to another program', () => {
  const environment = { CALLBACK_URL: 'https://shop.example/callback', API_KEY: 'k', LOGLEVEL: '' };
  expect(read(environment)).toEqual(read({}));
  expect(doubtfulVariables(environment).map(({ name }) => name)).toEqual(['CALLBACK_URL', 'API_KEY']);
});

it('has a queue for one reply per channel that a connection may join', () => {
  expect(read({ CHANNELS_PER_CONNECTION: '99' }).callbackQueuePerConnection).toBe(100);
  expect(read({ CHANNELS_PER_CONNECTION: '500' }).callbackQueuePerConnection).toBe(500);
});

it('gives connecting a fifth of the time of a request, and at least a second', () => {
  expect(read({ CALLBACK_REQUEST_TIMEOUT_MS: '50' }).callbackConnectTimeoutMs).toBe(1000);
  expect(read({ CALLBACK_REQUEST_TIMEOUT_MS: '20000' }).callbackConnectTimeoutMs).toBe(4000);
});

it('reports every problem at once', () => {
  const problems = problemsOf({
    PORT: 'x',
    HOST: '0.0.0.0',
    STORE: 'redis',
    GATEWAY_SECRET_PREVIOUS: secret,
    CALLBACK_CONCURRENCY: '0',
    LOG_LEVEL: 'x',
    API_KEYS: 'without-a-name',
  });
  expect(problems.map((problem) => /^\w+/.exec(problem)?.[0])).toEqual([
    'PORT',
    'CALLBACK_CONCURRENCY',
    'API_KEYS',
    'LOG_LEVEL',
    'WS_API_ENDPOINT',
    'GATEWAY_SECRET_PREVIOUS',
    'REDIS_URL',
    'HOST',
  ]);
  expect(problems.join()).not.toContain('without-a-name');
});
