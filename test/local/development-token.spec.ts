import { describe, expect, it } from 'vitest';
import { createDevelopmentToken } from '../../src/local/development-token.js';
import { readConfig } from '../../src/nest/environment/read-config.js';
import { JwtAuthenticator } from '../../src/nest/authentication/jwt.authenticator.js';
import { type JwtSettings } from '../../src/nest/config/authentication-settings.js';
import { createLogger } from '../../src/nest/logging/logger.js';

const SECRET = 'a-secret-of-at-least-thirty-two-bytes';
const JWT = { AUTH: 'jwt', JWT_SECRET: SECRET };

/** The user that the service with this environment takes from a token. */
async function userOf(token: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const config = readConfig({ WS_API_ENDPOINT: 'http://127.0.0.1:8080/dev', LOG_LEVEL: 'silent', ...env });
  const authenticator = new JwtAuthenticator(config.authentication as JwtSettings, createLogger(config));
  return authenticator.authenticate({ tokens: [token], userId: undefined });
}

describe('a development token', () => {
  it.each([
    ['a secret only', {}],
    ['an issuer and an audience', { JWT_ISSUER: 'https://issuer.example', JWT_AUDIENCE: 'chat,mail' }],
    ['any audience', { JWT_AUDIENCE: '*' }],
    ['another claim for the user', { JWT_USER_CLAIM: 'username' }],
  ])('is accepted by the service with %s', async (_, settings) => {
    const env = { ...JWT, ...settings };
    expect(await userOf(createDevelopmentToken('alice', env), env)).toBe('alice');
  });

  it('ends after twelve hours', async () => {
    const hoursAgo = (hours: number) => createDevelopmentToken('alice', JWT, Date.now() - hours * 3_600_000);
    expect(await userOf(hoursAgo(11.9), JWT)).toBe('alice');
    await expect(userOf(hoursAgo(12.1), JWT)).rejects.toMatchObject({ code: 'invalid_token' });
  });

  it.each([
    ['without AUTH', {}, /AUTH is not set.*AUTH=jwt/],
    ['with another AUTH', { AUTH: 'authorizer' }, /AUTH is authorizer.*AUTH=jwt/],
    ['without a secret', { AUTH: 'jwt' }, /JWT_SECRET is not set/],
    ['with an empty secret', { AUTH: 'jwt', JWT_SECRET: '' }, /JWT_SECRET is not set/],
    ['with a public key', { AUTH: 'jwt', JWT_KEY: '-----BEGIN…' }, /JWT_KEY.*issuer/],
    ['with a key set', { AUTH: 'jwt', JWT_JWKS_URL: 'https://issuer.example/jwks' }, /JWT_JWKS_URL.*issuer/],
    ['with an algorithm that does not fit', { ...JWT, JWT_ALGORITHMS: 'ES256' }, /JWT_ALGORITHMS.*HS256/],
  ])('is refused %s, with what is missing', (_, env, message) => {
    expect(() => createDevelopmentToken('alice', env)).toThrow(message);
  });

  it('is refused with a short secret, which is not repeated', () => {
    const create = () => createDevelopmentToken('alice', { AUTH: 'jwt', JWT_SECRET: 'too-short' });
    expect(create).toThrow('JWT_SECRET: expected at least 32 bytes');
    expect(create).not.toThrow('too-short');
  });

  it.each(['a'.repeat(257), '', 'alice\nadmin'])(
    'is refused for a user id that the service would not accept: %j',
    (userId) => {
      expect(() => createDevelopmentToken(userId, JWT)).toThrow('is not valid: expected 1 to 256 characters');
    },
  );
});
