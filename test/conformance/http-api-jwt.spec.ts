import { describe, expect, it } from 'vitest';
import { HttpBackend } from '../support/http-backend.js';
import { OidcIssuer, signingKey } from '../support/oidc-issuer.js';
import { FunctionBackend } from './function-backend.js';
import { HttpApiInTarget } from './http-api-under-test.js';
import { FUNCTION_NAME, isOwnStandIn } from './target.js';

/**
 * An API with `GET /plain`, `GET /scoped` (scopes r and w) and `GET /function`, behind a JWT authorizer for the audience
 * `app`. AWS accepts no issuer without https, so that these cases need a stand-in.
 */
async function protectedApi({ source = '$request.header.Authorization', version = '2.0' } = {}) {
  const issuer = await OidcIssuer.start();
  const backend = await HttpBackend.start();
  const lambda = await FunctionBackend.start();
  const api = await HttpApiInTarget.deployed({
    routes: {},
    stages: {},
    standIn: { functions: lambda.functions },
  });
  const AuthorizerId = await api.createAuthorizer({
    Name: 'jwt',
    AuthorizerType: 'JWT',
    IdentitySource: [source],
    JwtConfiguration: { Issuer: issuer.url, Audience: ['app', 'other'] },
  });
  const authorization = { AuthorizationType: 'JWT' as const, AuthorizerId };
  const proxy = {
    IntegrationUri: backend.url,
    RequestParameters: { 'append:header.sub': '$context.authorizer.claims.sub' },
  };
  await api.createRoute('GET /plain', proxy, authorization);
  await api.createRoute('GET /scoped', proxy, { ...authorization, AuthorizationScopes: ['r', 'w'] });
  const IntegrationUri = `arn:aws:lambda:us-east-1:000000000000:function:${FUNCTION_NAME}`;
  const integration = {
    IntegrationType: 'AWS_PROXY' as const,
    IntegrationUri,
    PayloadFormatVersion: version,
  };
  await api.createRoute('GET /function', integration, authorization);
  await api.createRoute('GET /scoped-function', integration, {
    ...authorization,
    AuthorizationScopes: ['r'],
  });
  await api.createStage('$default');
  const send = async (path: string, token?: string) => {
    const response = await api.request(
      path,
      token === undefined ? {} : { headers: { authorization: token } },
    );
    return {
      status: response.status,
      body: await response.text(),
      type: response.headers.get('content-type'),
      authenticate: response.headers.get('www-authenticate'),
      id: response.headers.get('apigw-requestid'),
    };
  };
  return {
    issuer,
    backend,
    lambda,
    api,
    send,
    async [Symbol.asyncDispose]() {
      for (const each of [api, backend, lambda, issuer]) await each[Symbol.asyncDispose]();
    },
  };
}

const invalid = (description: string, scope = '') =>
  `Bearer scope="${scope}" error="invalid_token" error_description="${description}"`;

const UNAUTHORIZED = { status: 401, body: '{"message":"Unauthorized"}', type: 'application/json' };

describe.runIf(isOwnStandIn)('H9 a JWT authorizer', () => {
  it('H9.01, H9.02: accepts a token with or without Bearer, for several routes [documented]', async () => {
    await using served = await protectedApi();
    const token = await served.issuer.token();
    for (const authorization of [token, `Bearer ${token}`]) {
      for (const path of ['/plain', '/function']) {
        expect((await served.send(path, authorization)).status).toBe(200);
      }
    }
  });

  it('H9.01: takes the token from the query string, if that is its source [documented]', async () => {
    await using served = await protectedApi({ source: '$request.querystring.token' });
    expect((await served.send(`/plain?token=${await served.issuer.token()}`)).status).toBe(200);
    expect((await served.send('/plain', await served.issuer.token())).status).toBe(401);
  });

  it('H9.03: finds the keys by the discovery document [documented]', async () => {
    await using served = await protectedApi();
    await served.send('/plain', await served.issuer.token());
    expect(served.issuer.reads).toEqual({ discovery: 1, jwks: 1 });
  });

  it('H9.04: refuses another algorithm than RSA, and a key that is unknown [documented]', async () => {
    await using served = await protectedApi();
    const { issuer, send } = served;
    const elliptic = await signingKey('elliptic', 'ES256');
    const foreign = await signingKey('foreign');
    issuer.keys.push(elliptic);
    expect(await send('/plain', await issuer.token({}, { key: elliptic }))).toMatchObject(UNAUTHORIZED);
    expect(await send('/plain', await issuer.token({}, { key: foreign }))).toMatchObject(UNAUTHORIZED);
    // the key that it names is not the one that signed it
    const forged = await issuer.token({}, { key: foreign, header: { kid: 'first' } });
    expect(await send('/plain', forged)).toMatchObject(UNAUTHORIZED);
    expect(served.backend.unexpected).toEqual([]);
  });

  it.each([
    ['another issuer', (url: string) => ({ iss: `${url}x` })],
    // a slash counts
    ['the issuer with a slash', (url: string) => ({ iss: `${url}/` })],
    ['another audience', () => ({ aud: 'foreign' })],
    ['no audience', () => ({ aud: undefined })],
    ['an expiry that has passed', () => ({ exp: now() - 1 })],
    ['nbf in the future', () => ({ nbf: now() + 60 })],
    ['iat in the future', () => ({ iat: now() + 60 })],
  ])('H9.05: refuses a token with %s [documented]', async (_, claims) => {
    await using served = await protectedApi();
    const token = await served.issuer.token(claims(served.issuer.url));
    expect(await served.send('/plain', token)).toMatchObject(UNAUTHORIZED);
    expect(served.backend.unexpected).toEqual([]);
  });

  it.each([
    ['one of several audiences', { aud: ['foreign', 'other'] }],
    ['client_id in place of aud', { aud: undefined, client_id: 'app' }],
    ['nbf and iat that have passed', { nbf: 1, iat: 1 }],
  ])('H9.05: accepts a token with %s [documented]', async (_, claims) => {
    await using served = await protectedApi();
    expect((await served.send('/plain', await served.issuer.token(claims))).status).toBe(200);
  });

  it.each([
    ['scope', { scope: 'x w' }],
    ['scp', { scp: ['r'] }],
  ])('H9.06: accepts a token with one of the scopes of the route in %s [documented]', async (_, claims) => {
    await using served = await protectedApi();
    expect((await served.send('/scoped', await served.issuer.token(claims))).status).toBe(200);
  });

  it('H9.06, H9.08: refuses a token without one of the scopes with 403 [observed]', async () => {
    await using served = await protectedApi();
    expect(await served.send('/scoped', await served.issuer.token({ scope: 'rw' }))).toEqual({
      status: 403,
      body: '{"message":"Forbidden"}',
      type: 'application/json',
      authenticate:
        'Bearer scope="r w" error="insufficient_scope" error_description="expected scopes within the token"',
      id: expect.stringMatching(/^[\w-]{15}=$/),
    });
  });

  it('H9.07: accepts any valid token without scopes of the route [observed]', async () => {
    await using served = await protectedApi();
    expect((await served.send('/plain', await served.issuer.token({ token_use: 'id' }))).status).toBe(200);
  });

  it('H9.08: a request without a token [observed]', async () => {
    await using served = await protectedApi();
    const id = expect.stringMatching(/^[\w-]{15}=$/);
    expect(await served.send('/plain')).toEqual({ ...UNAUTHORIZED, authenticate: 'Bearer', id });
  });

  it('H9.08: a token that is no JWT [observed]', async () => {
    await using served = await protectedApi();
    expect(await served.send('/plain', 'token')).toMatchObject({
      ...UNAUTHORIZED,
      authenticate: invalid('token contains an invalid number of segments'),
    });
  });

  it('H9.08: a token for another audience [documented]', async () => {
    await using served = await protectedApi();
    expect(await served.send('/plain', await served.issuer.token({ aud: 'foreign' }))).toMatchObject({
      ...UNAUTHORIZED,
      authenticate: invalid('the token does not have a valid audience'),
    });
  });

  it('H9.10, E14: mappings and variables can read the claims [documented]', async () => {
    await using served = await protectedApi();
    await served.send('/plain', await served.issuer.token({ sub: 'u1' }));
    expect((await served.backend.next()).headers['sub']).toBe('u1');
  });

  it('H6.19: an event has the claims as texts, and null without scopes of the route [observed]', async () => {
    await using served = await protectedApi();
    const exp = now() + 60;
    await served.send('/function', await served.issuer.token({ exp, scope: 'r w', groups: ['a', 'b'] }));
    const { requestContext, headers } = await served.lambda.next();
    expect(requestContext.authorizer).toEqual({
      jwt: {
        claims: {
          iss: served.issuer.url,
          aud: 'app',
          sub: 'alice',
          exp: String(exp),
          scope: 'r w',
          groups: '[a b]',
        },
        scopes: null,
      },
    });
    // H6.20
    expect(headers.authorization).toMatch(/^eyJ/);
  });

  it('H6.19, H9.11: an event has the scopes, if the route requires some [observed]', async () => {
    await using served = await protectedApi();
    await served.send('/scoped-function', await served.issuer.token({ scope: 'r' }));
    const { requestContext } = await served.lambda.next();
    expect(requestContext.authorizer.jwt.scopes).toEqual(['r']);
  });

  it('H6.28: an event of payload 1.0 has the claims, too [documented]', async () => {
    await using served = await protectedApi({ version: '1.0' });
    await served.send('/function', await served.issuer.token());
    const { requestContext } = await served.lambda.next();
    expect(requestContext.authorizer).toMatchObject({ claims: { sub: 'alice' }, scopes: null });
  });

  it('H3.03: also protects preflights of an ANY route [observed]', async () => {
    await using served = await protectedApi();
    const { api } = served;
    const AuthorizerId = await api.createAuthorizer({
      Name: 'second',
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: served.issuer.url, Audience: ['app'] },
    });
    const authorization = { AuthorizationType: 'JWT' as const, AuthorizerId };
    await api.createRoute('ANY /any', { IntegrationUri: served.backend.url }, authorization);
    await api.deploy('$default');
    expect((await api.request('/any', { method: 'OPTIONS' })).status).toBe(401);
  });
});

const now = () => Math.floor(Date.now() / 1000);
