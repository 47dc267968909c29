import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { authorizeToken } from '../../../../src/gateway/authorizers/jwt/authorize-token.js';
import { IssuerKeys } from '../../../../src/gateway/authorizers/jwt/issuer-keys.js';
import { type JwtAuthorization } from '../../../../src/gateway/control/http-snapshot.js';
import { OidcIssuer, signingKey } from '../../../support/oidc-issuer.js';

async function checking(overrides: Partial<JwtAuthorization> = {}) {
  const issuer = await OidcIssuer.start();
  const keys = new IssuerKeys(() => new Map(), Date.now, pino({ level: 'silent' }));
  const authorizer: JwtAuthorization = {
    kind: 'JWT',
    authorizerId: 'abc123',
    identitySource: {
      text: '$request.header.authorization',
      variable: { kind: 'header', name: 'authorization' },
    },
    issuer: issuer.url,
    audience: ['app'],
    scopes: [],
    ...overrides,
  };
  return {
    issuer,
    check: async (identity: string | undefined, now = Date.now()) =>
      authorizeToken(keys, authorizer, identity, now),
    [Symbol.asyncDispose]: async () => issuer[Symbol.asyncDispose](),
  };
}

/** A token with these parts; its signature is any text. */
const unsigned = (header: unknown, claims: unknown, signature = 'c2ln') =>
  `${[header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.${signature}`;

const HEADER = { alg: 'RS256', kid: 'first' };

describe('a token is refused', () => {
  it.each([
    ['with two segments', 'a.b', 'token contains an invalid number of segments'],
    ['with five segments', 'a.b.c.d.e', 'token contains an invalid number of segments'],
    ['that is two tokens', 'a.b.c,d.e.f', 'token contains an invalid number of segments'],
    ['with characters outside base64url', 'a!.b.c', 'the token is malformed'],
    ['with a header that is no JSON', 'YQ.YQ.c', 'the token is malformed'],
    ['with a header that is a list', unsigned([], {}), 'the token is malformed'],
    ['with claims that are null', unsigned(HEADER, null), 'the token is malformed'],
    ['without an algorithm', unsigned({ kid: 'first' }, {}), 'signing method is invalid'],
    [
      'with the algorithm none',
      unsigned({ ...HEADER, alg: 'none' }, {}, ''),
      'signing method none is invalid',
    ],
    [
      'with a symmetric algorithm',
      unsigned({ ...HEADER, alg: 'HS256' }, {}),
      'signing method HS256 is invalid',
    ],
    [
      'with an algorithm that would break the header',
      unsigned({ ...HEADER, alg: 'a"\r\nx: y' }, {}),
      'signing method is invalid',
    ],
    ['without a key id', unsigned({ alg: 'RS256' }, {}), 'the token has no key id'],
    ['with a key id that is a number', unsigned({ alg: 'RS256', kid: 1 }, {}), 'the token has no key id'],
    [
      'without an issuer',
      unsigned(HEADER, {}),
      'the issuer in the token does not match the issuer of the authorizer',
    ],
  ])('%s', async (_, token, description) => {
    await using served = await checking();
    expect(await served.check(token)).toMatchObject({
      kind: 'denied',
      response: {
        status: 401,
        wwwAuthenticate: `Bearer scope="" error="invalid_token" error_description="${description}"`,
      },
      error: `invalid_token: ${description}`,
    });
  });

  it.each([undefined, '', ' ', 'Bearer', 'bearer '])('if it is %j', async (identity) => {
    await using served = await checking();
    expect(await served.check(identity)).toMatchObject({
      response: { status: 401, wwwAuthenticate: 'Bearer' },
    });
    expect(served.issuer.reads.discovery).toBe(0);
  });

  it('whose signature or claims were changed', async () => {
    await using served = await checking();
    const [header = '', claims = '', signature = ''] = (await served.issuer.token()).split('.');
    const other = (await served.issuer.token({ sub: 'root' })).split('.')[1] ?? '';
    const reason = expect.stringContaining('the signature of the token is not valid');
    expect(await served.check([header, other, signature].join('.'))).toMatchObject({ reason });
    expect(await served.check([header, claims, ''].join('.'))).toMatchObject({ reason });
    expect(await served.check([header, claims, signature.slice(4)].join('.'))).toMatchObject({ reason });
  });

  it('with a critical header that is unknown', async () => {
    await using served = await checking();
    const token = await served.issuer.token({}, { header: { crit: ['b64'], b64: true } });
    expect(await served.check(token)).toMatchObject({ kind: 'allowed' });
    const [, claims = '', signature = ''] = token.split('.');
    const header = Buffer.from(JSON.stringify({ ...HEADER, crit: ['own'], own: 1 })).toString('base64url');
    expect(await served.check([header, claims, signature].join('.'))).toMatchObject({ kind: 'denied' });
  });

  it.each([
    ['exp', undefined, 'the token has expired'],
    ['exp', '9999999999', 'the token has expired'],
    ['nbf', 'now', 'the token is not valid yet'],
    ['iat', null, 'the token was issued in the future'],
    ['aud', 7, 'the token does not have a valid audience'],
    ['aud', [['app']], 'the token does not have a valid audience'],
    ['aud', '', 'the token does not have a valid audience'],
  ])('whose %s is %j', async (claim, value, reason) => {
    await using served = await checking();
    const token = await served.issuer.token({ client_id: 'app', [claim]: value });
    expect(await served.check(token)).toMatchObject({ kind: 'denied', reason });
  });

  it('at the moment when it expires', async () => {
    await using served = await checking();
    const exp = Math.floor(Date.now() / 1000) + 60;
    const token = await served.issuer.token({ exp });
    expect(await served.check(token, exp * 1000 - 1)).toMatchObject({ kind: 'allowed' });
    expect(await served.check(token, exp * 1000)).toMatchObject({ reason: 'the token has expired' });
  });

  it('while the issuer cannot be read', async () => {
    await using served = await checking();
    const token = await served.issuer.token();
    served.issuer.answers.jwks = 'unavailable';
    expect(await served.check(token)).toMatchObject({
      response: { status: 401 },
      error: 'invalid_token: JWKS communication error',
      reason: expect.stringContaining('/keys responded with 503'),
    });
    served.issuer.answers.discovery = 'unavailable';
    expect(await served.check(token)).toMatchObject({
      error: 'invalid_token: OIDC discovery endpoint communication error',
    });
  });

  it('without quoting the scopes of the route in a way that breaks the header', async () => {
    await using served = await checking({ scopes: ['a"\r\nb: c', 'ü'] });
    expect(await served.check(await served.issuer.token())).toMatchObject({
      response: {
        status: 403,
        wwwAuthenticate:
          'Bearer scope="ab: c " error="insufficient_scope" error_description="expected scopes within the token"',
      },
    });
  });
});

describe('a token is accepted', () => {
  it.each(['RS256', 'RS384', 'RS512'])('with the algorithm %s', async (algorithm) => {
    await using served = await checking();
    const key = await signingKey('own', algorithm);
    served.issuer.keys = [key];
    expect(await served.check(await served.issuer.token({}, { key }))).toMatchObject({ kind: 'allowed' });
  });

  it('with its claims as texts', async () => {
    await using served = await checking({ scopes: ['w'] });
    const claims = {
      exp: 1_999_999_999,
      scope: 'r w',
      flag: true,
      nothing: null,
      groups: ['a b', 1, ['c']],
      map: { a: [1] },
      'cognito:groups': ['Admins', 'Readers'],
    };
    const result = await served.check(`Bearer ${await served.issuer.token(claims)}`);
    const texts = {
      iss: served.issuer.url,
      aud: 'app',
      sub: 'alice',
      exp: '1999999999',
      scope: 'r w',
      flag: 'true',
      nothing: 'null',
      groups: '[a b 1 [c]]',
      map: '{"a":[1]}',
      'cognito:groups': '[Admins Readers]',
    };
    expect(result).toMatchObject({ kind: 'allowed', authorizer: { claims: texts, scopes: ['r', 'w'] } });
    expect(result).toHaveProperty(['variables', 'authorizer.claims.cognito:groups'], '[Admins Readers]');
  });
});
