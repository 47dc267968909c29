import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/nest/config/config.errors.js';
import { readConfig } from '../../../src/nest/environment/read-config.js';

const WS_API_ENDPOINT = 'http://127.0.0.1:8080/dev';
const jwksUrl = 'https://issuer.example/.well-known/jwks.json';
const jwks = {
  AUTH: 'jwt',
  JWT_JWKS_URL: jwksUrl,
  JWT_ISSUER: 'https://issuer.example/',
  JWT_AUDIENCE: 'app',
};
const JWT_SECRET = 'a secret of at least 32 characters';

const pemOf = (pair: { publicKey: { export(options: object): string | Buffer } }) =>
  pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const read = (env: NodeJS.ProcessEnv) => readConfig({ WS_API_ENDPOINT, ...env }).authentication;

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    read(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const namesOf = (problems: readonly string[]) => problems.map((text) => /^\w+/.exec(text)?.[0]);

it('is none by default', () => {
  expect(read({})).toEqual({ kind: 'none' });
  expect(read({ AUTH: 'none' })).toEqual({ kind: 'none' });
  expect(read({ AUTH: 'authorizer' })).toEqual({ kind: 'authorizer' });
});

it('has defaults for JWT', () => {
  expect(read(jwks)).toEqual({
    kind: 'jwt',
    key: new URL(jwksUrl),
    jwksTimeoutMs: 5000,
    issuer: 'https://issuer.example/',
    audiences: ['app'],
    algorithms: expect.not.arrayContaining(['none', 'HS256']),
    userClaim: 'sub',
    clockToleranceSeconds: 10,
  });
});

it('reads every setting', () => {
  const settings = {
    ...jwks,
    JWT_AUDIENCE: 'one, two',
    JWT_ALGORITHMS: 'RS256,ES256',
    JWT_USER_CLAIM: 'email',
    JWT_CLOCK_TOLERANCE_SECONDS: '0',
  };
  expect(read(settings)).toMatchObject({
    audiences: ['one', 'two'],
    algorithms: ['RS256', 'ES256'],
    userClaim: 'email',
    clockToleranceSeconds: 0,
  });
  expect(read({ ...jwks, JWT_AUDIENCE: '*' })).toMatchObject({ audiences: [] });
});

describe('the algorithms', () => {
  it.each([
    ['RSA', rsa(2048), ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
    ['P-256', p256, ['ES256']],
    ['P-521', generateKeyPairSync('ec', { namedCurve: 'P-521' }), ['ES512']],
    ['Ed25519', generateKeyPairSync('ed25519'), ['EdDSA', 'Ed25519']],
  ])('of a key for %s are those that fit it', (_, pair, algorithms) => {
    const pem = pemOf(pair);
    for (const JWT_KEY of [pem, pem.replaceAll('\n', String.raw`\n`)]) {
      expect(read({ AUTH: 'jwt', JWT_KEY })).toMatchObject({ algorithms, issuer: undefined, audiences: [] });
    }
  });

  it('of a secret are HS256', () => {
    expect(read({ AUTH: 'jwt', JWT_SECRET })).toMatchObject({ algorithms: ['HS256'] });
  });

  it.each([
    ['a JWKS', jwks, 'HS256'],
    ['a public key', { AUTH: 'jwt', JWT_KEY: pemOf(p256) }, 'ES256,HS256'],
    ['a public key of another kind', { AUTH: 'jwt', JWT_KEY: pemOf(p256) }, 'RS256'],
    ['a secret', { AUTH: 'jwt', JWT_SECRET }, 'RS256'],
    ['anything', jwks, 'none'],
    ['anything', jwks, 'RS256,'],
    ['anything', jwks, 'rs256'],
  ])('with %s must fit it', (_, settings, JWT_ALGORITHMS) => {
    expect(problemsOf({ ...settings, JWT_ALGORITHMS })).toEqual([
      expect.stringMatching(/^JWT_ALGORITHMS=.*: expected one or more of /),
    ]);
  });
});

it.each<[string, NodeJS.ProcessEnv, string[]]>([
  ['an unknown AUTH', { AUTH: 'basic' }, ['AUTH']],
  ['no key', { AUTH: 'jwt' }, ['AUTH']],
  ['two keys', { ...jwks, JWT_SECRET }, ['AUTH']],
  [
    'a JWKS without issuer and audience',
    { AUTH: 'jwt', JWT_JWKS_URL: jwksUrl },
    ['JWT_ISSUER', 'JWT_AUDIENCE'],
  ],
  ['an audience beside *', { ...jwks, JWT_AUDIENCE: '*,app' }, ['JWT_AUDIENCE']],
  ['an empty audience', { ...jwks, JWT_AUDIENCE: 'app,' }, ['JWT_AUDIENCE']],
  ['a JWKS over http', { ...jwks, JWT_JWKS_URL: 'http://issuer.example/jwks' }, ['JWT_JWKS_URL']],
  ['a JWKS in a file', { ...jwks, JWT_JWKS_URL: 'file:///jwks.json' }, ['JWT_JWKS_URL']],
  ['a JWKS that is no URL', { ...jwks, JWT_JWKS_URL: 'issuer.example' }, ['JWT_JWKS_URL']],
  ['a JWKS with credentials', { ...jwks, JWT_JWKS_URL: 'https://u:p@issuer.example' }, ['JWT_JWKS_URL']],
  ['a wide tolerance', { ...jwks, JWT_CLOCK_TOLERANCE_SECONDS: '301' }, ['JWT_CLOCK_TOLERANCE_SECONDS']],
  ['a weak RSA key', { AUTH: 'jwt', JWT_KEY: pemOf(rsa(1024)) }, ['JWT_KEY']],
  ['an unknown curve', { AUTH: 'jwt', JWT_KEY: pemOf(generateKeyPairSync('x25519')) }, ['JWT_KEY']],
  ['no PEM', { AUTH: 'jwt', JWT_KEY: 'x'.repeat(64) }, ['JWT_KEY']],
  ['JWT settings without AUTH', { ...jwks, AUTH: '' }, ['JWT_JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE']],
  ['JWT settings for an authorizer', { AUTH: 'authorizer', JWT_SECRET }, ['JWT_SECRET']],
  [
    'all of it at once',
    {
      AUTH: 'jwt',
      JWT_KEY: 'x',
      JWT_SECRET: 'short',
      JWT_ALGORITHMS: 'none',
      JWT_CLOCK_TOLERANCE_SECONDS: '-1',
    },
    ['JWT_KEY', 'JWT_SECRET', 'JWT_ALGORITHMS', 'JWT_CLOCK_TOLERANCE_SECONDS', 'AUTH'],
  ],
])('refuses %s', (_, env, names) => {
  expect(namesOf(problemsOf(env))).toEqual(names);
});

it('refuses a private key and a short secret without repeating them', () => {
  const privateKey = p256.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const problems = problemsOf({ AUTH: 'jwt', JWT_KEY: privateKey, JWT_SECRET: 'short-secret' });
  expect(namesOf(problems)).toEqual(['JWT_KEY', 'JWT_SECRET', 'AUTH']);
  expect(problems.join()).not.toContain('PRIVATE');
  expect(problems.join()).not.toContain('short-secret');
});
