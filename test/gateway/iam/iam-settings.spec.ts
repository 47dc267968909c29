import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readIamSettings } from '../../../src/gateway/iam/iam-settings.js';
import { UsageError } from '../../../src/gateway/usage-error.js';

const ACCOUNT = '000000000000';
const ALLOW = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
const ENV = { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'env-secret' };

type Flags = Parameters<typeof readIamSettings>[0];

/** Reads options whose files have these contents: unmodified text, or JSON. */
function read(
  { auth, ...contents }: { auth?: string; credentials?: unknown; policy?: unknown },
  env: NodeJS.ProcessEnv = {},
) {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'iam-'));
  const files = Object.entries(contents).map(([flag, content]) => {
    const file = join(folder.path, `${flag}.json`);
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return [flag, file];
  });
  const flags: Flags = { ...(auth !== undefined && { auth }), ...Object.fromEntries(files) };
  return readIamSettings(flags, env, ACCOUNT);
}

const problem = (...args: Parameters<typeof read>): string => {
  try {
    read(...args);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error('it was taken');
};

describe('--auth', () => {
  it('is off by default, even with keys in the environment', () => {
    expect(read({}, ENV)).toMatchObject({ auth: 'off', accessKeys: undefined });
  });

  it('is off or sigv4', () => {
    expect(problem({ auth: 'iam' })).toMatch(/^--auth is 'iam': it must be off or sigv4$/);
  });

  it('has one identity with full access from the environment’s keys', () => {
    const { accessKeys, policies } = read({ auth: 'sigv4' }, ENV);
    expect([...accessKeys!.keys()]).toEqual(['AKIAENV']);
    expect(accessKeys!.get('AKIAENV')!.identity.arn).toBe('arn:aws:iam::000000000000:user/local');
    expect(policies.others).toBeDefined();
  });

  it('is refused without access keys', () => {
    expect(problem({ auth: 'sigv4' })).toMatch(/--credentials FILE, or set AWS_ACCESS_KEY_ID/);
    expect(problem({ auth: 'sigv4' }, { ...ENV, AWS_SECRET_ACCESS_KEY: '' })).toMatch(/--credentials FILE/);
  });
});

describe('--credentials', () => {
  it('have an identity for each access key', () => {
    const { accessKeys } = read({
      credentials: {
        AKIA1: { secretAccessKey: 'one' },
        ASIA2: {
          secretAccessKey: 'two',
          sessionToken: 'token',
          arn: 'arn:aws:sts::123456789012:assumed-role/task/1',
          userId: 'AROATASK:1',
        },
        AKIA3: { secretAccessKey: 'three', accountId: '123456789012' },
      },
    });
    expect(Object.fromEntries(accessKeys!)).toEqual({
      AKIA1: {
        secretAccessKey: 'one',
        sessionToken: undefined,
        identity: { arn: 'arn:aws:iam::000000000000:user/AKIA1', accountId: ACCOUNT, userId: 'AKIA1' },
      },
      ASIA2: {
        secretAccessKey: 'two',
        sessionToken: 'token',
        identity: {
          arn: 'arn:aws:sts::123456789012:assumed-role/task/1',
          accountId: '123456789012',
          userId: 'AROATASK:1',
        },
      },
      AKIA3: {
        secretAccessKey: 'three',
        sessionToken: undefined,
        identity: { arn: 'arn:aws:iam::123456789012:user/AKIA3', accountId: '123456789012', userId: 'AKIA3' },
      },
    });
  });

  it.each([
    ['no object', [], 'must be a JSON object'],
    ['no entry', {}, 'has no entry'],
    ['no secret', { AKIA1: {} }, 'AKIA1.secretAccessKey is missing'],
    [
      'an empty secret',
      { AKIA1: { secretAccessKey: '' } },
      'AKIA1.secretAccessKey must be a non-empty string',
    ],
    ['a secret for an entry', { AKIA1: 'very-secret' }, 'AKIA1 must be an object'],
    [
      'a misspelt member',
      { AKIA1: { secretAccessKey: 'very-secret', secretKey: 'very-secret' } },
      "AKIA1 has 'secretKey'",
    ],
    [
      'an account too short',
      { AKIA1: { secretAccessKey: 'very-secret', accountId: '12' } },
      "accountId is '12'",
    ],
    [
      'a role for an arn',
      { AKIA1: { secretAccessKey: 'very-secret', arn: 'arn:aws:iam::123456789012:role/task' } },
      'AKIA1.arn is',
    ],
    [
      'an arn of another account',
      {
        AKIA1: {
          secretAccessKey: 'very-secret',
          accountId: '000000000000',
          arn: 'arn:aws:iam::123456789012:user/ann',
        },
      },
      'AKIA1.accountId is 000000000000, but its arn has 123456789012',
    ],
    ['no JSON', '{"AKIA1": {"secretAccessKey": very-secret}}', 'credentials.json is not JSON'],
    [
      'JSON that ends too early',
      '{"AKIA1": {"secretAccessKey": "very-secret"}',
      'is not JSON: error at line 1',
    ],
  ])('are refused with %s, by a message with file and entry but no secret', (_, credentials, expected) => {
    const message = problem({ credentials });
    expect(message).toContain(expected);
    expect(message).toMatch(/^--credentials: .+credentials\.json/);
    expect(message).not.toContain('very');
  });

  it('are refused with every problem at once', () => {
    expect(problem({ credentials: { AKIA1: {}, AKIA2: {} } }).split('\n')).toHaveLength(2);
  });

  it('are refused if the file does not exist', () => {
    expect(() => readIamSettings({ credentials: '/nowhere/c.json' }, {}, ACCOUNT)).toThrow(
      '--credentials: /nowhere/c.json does not exist',
    );
  });
});

describe('--policy', () => {
  it('is one for all identities', () => {
    const { policies } = read({ policy: ALLOW });
    expect([policies.byArn.size, policies.others?.statements.length]).toEqual([0, 1]);
  });

  it('is one for each ARN, and denies others', () => {
    const arn = 'arn:aws:iam::000000000000:user/ann';
    const { policies } = read({ policy: { [arn]: ALLOW } });
    expect([[...policies.byArn.keys()], policies.others]).toEqual([[arn], undefined]);
  });

  it.each([
    ['no object', [], 'must be a policy, or an object'],
    ['neither ARNs nor a policy', { Statements: [] }, "has 'Statements'"],
    [
      'a condition',
      { Statement: { ...ALLOW.Statement, Condition: {} } },
      'Statement 1: Condition is not supported',
    ],
    ['an invalid policy', { 'arn:aws:iam::000000000000:user/ann': {} }, 'user/ann: it has no Statement'],
  ])('is refused with %s', (_, policy, expected) => {
    const message = problem({ policy });
    expect(message).toContain(expected);
    expect(message).toMatch(/^--policy: .+policy\.json/);
  });
});
