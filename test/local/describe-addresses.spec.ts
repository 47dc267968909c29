import { describe, expect, it } from 'vitest';
import { describeAddresses } from '../../src/local/describe-addresses.js';

const describeFor = (env: NodeJS.ProcessEnv, adminToken?: string) =>
  describeAddresses({
    gatewayUrl: 'http://127.0.0.1:8080',
    serviceUrl: 'http://127.0.0.1:3000',
    adminToken,
    env,
  });

describe('the addresses that npm start prints', () => {
  it.each([
    ['no authentication', {}, '"ws://127.0.0.1:8080/dev"\n            {"action"'],
    [
      'tokens of a shared secret',
      { AUTH: 'jwt', JWT_SECRET: 'a-secret' },
      '"ws://127.0.0.1:8080/dev?token=$(npm run --silent token -- alice)"\n            where AUTH and JWT_SECRET',
    ],
    [
      'tokens of an issuer',
      { AUTH: 'jwt', JWT_JWKS_URL: 'https://issuer.example/jwks' },
      '"ws://127.0.0.1:8080/dev?token=TOKEN"\n            TOKEN: from the issuer of JWT_JWKS_URL',
    ],
    [
      'an authorizer, which this gateway does not have',
      { AUTH: 'authorizer' },
      '"ws://127.0.0.1:8080/dev"\n            is refused',
    ],
  ])('have a line to paste that fits %s', (_, env, expected) => {
    expect(describeFor(env)).toContain(`npx wscat -c ${expected}`);
  });

  it('name the page of the publish API if there is one, else how to get it', () => {
    expect(describeFor({ API_KEYS: 'me:key' })).toContain('http://127.0.0.1:3000/v1/docs ');
    expect(describeFor({})).not.toContain('http://127.0.0.1:3000/v1/docs');
    expect(describeFor({})).toContain('/v1/docs, need API_KEYS: API_KEYS="me:');
  });

  it('have an admin token only if it was generated', () => {
    expect(describeFor({}, 'generated-token')).toMatch(/admin {5}generated-token/);
    expect(describeFor({})).not.toMatch(/admin {5}/);
  });
});
