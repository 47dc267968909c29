import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settingRows, SETTINGS } from '../../src/api/settings.js';
import { describeParameters, ParametersError, readParameters } from '../../src/cdk/stack-parameters.js';

function problemsOf(context: Record<string, unknown>): readonly string[] {
  try {
    readParameters(context);
  } catch (error) {
    assert(error instanceof ParametersError);
    return error.problems;
  }
  return [];
}

/** The names of the parameters with problems. */
const complaints = (context: Record<string, unknown>) =>
  problemsOf(context).map((problem) => /^\w+/.exec(problem)?.[0] ?? problem);

/** Whether the deployment has no such parameter. */
const isUnknown = (name: string) =>
  problemsOf({ [name]: 'x' })
    .join()
    .includes('is not a parameter');

const DEPLOYING = readFileSync(join(import.meta.dirname, '../../docs/deploying.md'), 'utf8');
const PUBLIC_KEY = generateKeyPairSync('ed25519')
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString();
const JWKS = 'https://issuer.example/jwks.json';
const VPC = { vpcId: 'vpc-0123456789abcdef0', subnetIds: 'subnet-01234567,subnet-89abcdef' };
const SECRET = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:keys-AbCdEf';
const FUNCTION = 'arn:aws:lambda:eu-central-1:123456789012:function:authorizer';

describe('readParameters', () => {
  it('requires no parameter', () => {
    expect(readParameters({})).toMatchObject({
      name: 'backchannel',
      stage: 'prod',
      store: 'valkey',
      minTasks: 2,
      maxTasks: 10,
      DRAIN_SECONDS: 30,
      AUTH: 'none',
    });
  });

  it('reports every problem at once', () => {
    expect(
      complaints({ stage: 'a/b', store: 'postgres', sotre: 'valkey', minTasks: '0', AUTH: 'jwt' }),
    ).toEqual(['sotre', 'stage', 'store', 'minTasks', 'AUTH']);
  });

  it.each([
    ['a VPC without its subnets', { vpcId: VPC.vpcId }, 'subnetIds'],
    ['subnets without their VPC', { subnetIds: VPC.subnetIds }, 'vpcId'],
    ['a single subnet', { ...VPC, subnetIds: 'subnet-01234567' }, 'subnetIds'],
    ['NAT gateways for a VPC that is there', { ...VPC, natGateways: '1' }, 'natGateways'],
    ['more tasks at least than at most', { minTasks: '5', maxTasks: '2' }, 'maxTasks'],
    ['fewer tasks than at least', { desiredTasks: '1' }, 'desiredTasks'],
    ['CPU that Fargate does not have', { cpu: '300' }, 'cpu'],
    ['memory that does not go with the CPU', { cpu: '256', memoryMiB: '4096' }, 'memoryMiB'],
    ['draining for which the task has no time', { DRAIN_SECONDS: '91' }, 'DRAIN_SECONDS'],
    ['days that CloudWatch does not have', { logRetentionDays: '31' }, 'logRetentionDays'],
    [
      'two targets for alarms',
      { alarmEmail: 'ops@example.com', alarmTopicArn: 'arn:aws:sns:eu-central-1:123456789012:ops' },
      'alarmEmail',
    ],
    ['tokens without a key', { AUTH: 'jwt' }, 'AUTH'],
    ['tokens with two keys', { AUTH: 'jwt', JWT_KEY: PUBLIC_KEY, jwtSecretArn: SECRET }, 'AUTH'],
    ['a secret itself', { AUTH: 'jwt', JWT_SECRET: 'x'.repeat(32), JWT_KEY: PUBLIC_KEY }, 'JWT_SECRET'],
    ['an incomplete ARN of a secret', { apiKeysSecretArn: SECRET.slice(0, -7) }, 'apiKeysSecretArn'],
    ['AUTH=authorizer without one', { AUTH: 'authorizer' }, 'authorizerArn'],
    ['an authorizer that is not asked', { authorizerArn: FUNCTION }, 'AUTH'],
    ['no previous secret, where there is none', { acceptPreviousSecret: 'false' }, 'acceptPreviousSecret'],
  ])('refuses %s', (_, context, name) => {
    expect(complaints(context)).toEqual([name]);
  });

  it.each([
    ['an existing VPC', VPC],
    [
      'tokens',
      { AUTH: 'jwt', JWT_JWKS_URL: JWKS, JWT_ISSUER: 'https://issuer.example', JWT_AUDIENCE: 'chat' },
    ],
    ['an authorizer', { AUTH: 'authorizer', authorizerArn: FUNCTION }],
    ['numbers, as cdk.json has them', { minTasks: 3, acceptPreviousSecret: true, secretGeneration: 2 }],
    ["the CDK's own context", { 'aws:cdk:bundling-stacks': ['**'], '@aws-cdk/core:x': true }],
  ])('accepts %s', (_, context) => {
    expect(complaints(context)).toEqual([]);
  });

  it('has the settings of the service that are passed on, and the endpoint of callbacks', () => {
    const passedThrough = settingRows().flatMap(([name, { isPassedThrough }]) =>
      isPassedThrough ? [name] : [],
    );
    const names = Object.keys(SETTINGS).filter((name) => !isUnknown(name));
    expect(names.toSorted()).toEqual([...passedThrough, 'WS_API_ENDPOINT'].toSorted());
    const [, table = ''] = /\n## Parameters\n(.*?)\n## /s.exec(DEPLOYING) ?? [];
    const documented = [...table.matchAll(/^\| (`[A-Z_`, ]+`) \|/gm)].flatMap(([, list = '']) =>
      list.replaceAll('`', '').split(', '),
    );
    expect(documented.toSorted()).toEqual(names.toSorted());
  });

  it.each([
    ['HISTORY_OFF', 'typing:,cursor:'],
    ['MEMBER_NOTICES', '*'],
    ['CALLBACK_CONCURRENCY', '0128'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://collector:4318/'],
    ['REPLIES', 'response'],
    ['LOG_LEVEL', 'silent'],
  ] as const)('passes %s=%s on as it is written', (name, value) => {
    expect(readParameters({ [name]: value })[name]).toBe(value);
  });

  it('passes a public key on as it is written', () => {
    expect(readParameters({ AUTH: 'jwt', JWT_KEY: PUBLIC_KEY }).JWT_KEY).toBe(PUBLIC_KEY);
  });

  it.each([
    ['CALLBACK_CONCURRENCY', '0', 'expected a whole number from 1 to 1024'],
    ['HISTORY_OFF', 'a b', 'expected prefixes of channel names'],
    ['LOG_LEVEL', 'verbose', 'expected fatal, error'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'grpc://collector', 'expected a URL that starts with https: or http:'],
    ['WS_API_ENDPOINT', 'https://a.execute-api.eu-west-1.amazonaws.com', 'expected the stage'],
    ['WS_API_ENDPOINT', 'http://ws.example.com', 'expected a URL that starts with https:'],
  ])('refuses %s=%s with what the service would expect', (name, value, expected) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining(`${name}=${value}: ${expected}`)]);
  });

  it('refuses combinations that the service would refuse', () => {
    expect(problemsOf({ JWT_ISSUER: 'https://issuer.example' })).toEqual([
      'JWT_ISSUER=https://issuer.example: expected only with AUTH=jwt',
    ]);
    expect(complaints({ AUTH: 'jwt', JWT_JWKS_URL: JWKS })).toEqual(['JWT_ISSUER', 'JWT_AUDIENCE']);
    expect(problemsOf({ AUTH: 'jwt', jwtSecretArn: SECRET, JWT_ALGORITHMS: 'RS256' })).toEqual([
      'JWT_ALGORITHMS=RS256: expected one or more of HS256 with jwtSecretArn',
    ]);
    expect(problemsOf({ jwtSecretArn: SECRET })).toEqual([
      `jwtSecretArn=${SECRET}: expected only with AUTH=jwt`,
    ]);
  });

  it('refuses a removed and a misspelt setting', () => {
    expect(problemsOf({ FANOUT_POLL_MS: '100', CALLBACK_CONCURENCY: '1' })).toEqual([
      expect.stringMatching(/^FANOUT_POLL_MS is no longer a setting/),
      'CALLBACK_CONCURENCY is not a setting: did you mean CALLBACK_CONCURRENCY?',
    ]);
  });

  it('does not repeat a private key', () => {
    const problems = problemsOf({ AUTH: 'jwt', JWT_KEY: '-----BEGIN PRIVATE KEY-----' });
    expect(problems).toEqual([expect.stringMatching(/^JWT_KEY \(27 characters\): expected a public key/)]);
  });

  it('describes each parameter, and so does docs/deploying.md', () => {
    const lines = describeParameters().trimEnd().split('\n');
    const [, table = ''] = /\n## Parameters\n(.*?)\n## /s.exec(DEPLOYING) ?? [];
    const names = lines.map((line) => line.trim().split(' ')[0] ?? '');
    expect(names.filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
    expect(lines.filter((line) => / undefined| {2}$/.test(line))).toEqual([]);
    expect(lines).toContainEqual(
      expect.stringMatching(/^ {2}store +store of connections, channels and history \(valkey\)$/),
    );
  });
});
