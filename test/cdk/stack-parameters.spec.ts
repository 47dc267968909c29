import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Variables } from '../../src/service/configuration/read-config.js';
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
    ['tokens with two keys', { AUTH: 'jwt', JWT_JWKS_URL: JWKS, jwtSecretArn: SECRET }, 'AUTH'],
    ['a secret itself', { AUTH: 'jwt', JWT_SECRET: 'x'.repeat(32), JWT_JWKS_URL: JWKS }, 'JWT_SECRET'],
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

  it('has every setting of the service except those that the stack sets, and secrets', () => {
    const bySecret = ['API_KEYS', 'JWT_SECRET', 'GATEWAY_SECRET', 'GATEWAY_SECRET_PREVIOUS'];
    const byStack = ['PORT', 'HOST', 'AWS_REGION', 'STORE', 'DATA_DIR'];
    const expected = Object.keys(Variables.shape)
      .filter((name) => ![...bySecret, ...byStack].includes(name) && !/^(?:REDIS|DYNAMODB)_/.test(name))
      .toSorted();
    const settings = Object.fromEntries(expected.map((name) => [name, 'x']));
    // it may refuse a value, but not the name
    const refused = problemsOf(settings).filter((problem) => problem.includes('is no parameter'));
    expect(refused).toEqual([]);
    expect(complaints({ HISTORY_SECONDS: 60, FANOUT_POLL_MS: '100' })).toEqual([]);
  });

  it('describes each parameter, and so does docs/deploying.md', () => {
    const lines = describeParameters().trimEnd().split('\n');
    const deploying = readFileSync(join(import.meta.dirname, '../../docs/deploying.md'), 'utf8');
    const [, table = ''] = /\n## Parameters\n(.*?)\n## /s.exec(deploying) ?? [];
    const names = lines.map((line) => line.trim().split(' ')[0] ?? '');
    expect(names.filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
    expect(lines.filter((line) => / undefined| {2}$/.test(line))).toEqual([]);
    expect(lines).toContainEqual(
      expect.stringMatching(/^ {2}store +store of connections, channels and history \(valkey\)$/),
    );
  });
});
