import { createHmac, generateKeyPairSync } from 'node:crypto';
import { exportSPKI, SignJWT } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { ConnectionStore } from '../../../src/nest/store/connection-store.js';
import { rawPost, startService, type TestService } from '../../support/service-app.js';
import {
  AUDIENCE,
  type Claims,
  goodClaims,
  ISSUER,
  issuerKey,
  type JwksAnswer,
  seconds,
  TokenIssuer,
} from '../../support/token-issuer.js';

const id = 'alice=' as ConnectionId;

const { publicKey: SHORT_KEY } = generateKeyPairSync('rsa', { modulusLength: 1024 });

afterEach(() => void vi.useRealTimers());

/** `$connect` with this token, in the header that `?token=` is mapped to. */
const connect = (service: TestService, token: string) =>
  service.post('/connect', id).set('Token', token).send();

async function expectRefusal(service: TestService, token: string, status: number, code: string) {
  const response = await connect(service, token);
  expect(response).toMatchObject({ status, type: 'application/problem+json' });
  expect(response.body).toMatchObject({ status, code });
  expect(await service.app.get(ConnectionStore).getConnection(id)).toBeUndefined();
  return response;
}

describe('a token', () => {
  it('that is valid is accepted, and its user is stored with the connection', async () => {
    await using issuer = await TokenIssuer.start();
    await using service = await startService(issuer.settings);
    expect(await connect(service, await issuer.token())).toMatchObject({ status: 200, text: '' });
    expect(await service.app.get(ConnectionStore).getConnection(id)).toMatchObject({
      userId: 'alice@example.com',
    });
    expect(service.lines.at(-1)).toMatchObject({ msg: 'connected', userId: 'alice@example.com' });
  });

  it('that is missing or empty is required', async () => {
    await using issuer = await TokenIssuer.start();
    await using service = await startService(issuer.settings);
    const response = await expectRefusal(service, '', 401, 'missing_token');
    expect(response.headers['www-authenticate']).toBe('Bearer');
  });

  const now = seconds();
  it.each<[string, Claims]>([
    ['has expired', { exp: now - 60 }],
    ['never expires', { exp: undefined }],
    ['has an invalid expiry', { exp: '2030' }],
    ['is not valid yet', { nbf: now + 60 }],
    ['is another issuer’s', { iss: 'https://other.example/' }],
    ['has no issuer', { iss: undefined }],
    ['is for another audience', { aud: 'another-service' }],
    ['is for several other audiences', { aud: ['one', 'two'] }],
    ['has no audience', { aud: undefined }],
    ['has an empty list of audiences', { aud: [], client_id: AUDIENCE }],
    ['is for another app client', { aud: undefined, client_id: 'another-client' }],
    ['is for a list of app clients', { aud: undefined, client_id: [AUDIENCE] }],
    ['is for another audience, but the right app client', { aud: 'another-service', client_id: AUDIENCE }],
    ['has an audience that is not a string', { aud: 42, client_id: AUDIENCE }],
  ])('that %s is refused, with the reason in the log', async (_, claims) => {
    await using issuer = await TokenIssuer.start();
    await using service = await startService(issuer.settings);
    const response = await expectRefusal(service, await issuer.token(claims), 401, 'invalid_token');
    expect(response.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    expect(service.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        code: 'invalid_token',
        reason: expect.stringMatching(/^ERR_JWT_(EXPIRED|CLAIM_VALIDATION_FAILED|INVALID)$/),
      }),
    );
  });

  it.each<Claims>([
    { aud: ['other', AUDIENCE] },
    { aud: undefined, client_id: AUDIENCE },
    { aud: AUDIENCE, client_id: 'another-client' },
    { sub: '42' },
  ])('with %j is accepted', async (claims) => {
    await using issuer = await TokenIssuer.start();
    await using service = await startService(issuer.settings);
    expect(await connect(service, await issuer.token(claims))).toMatchObject({ status: 200 });
  });

  it.each([
    // computed when the test runs: the tolerance is ten seconds
    ['exp', () => seconds() - 5],
    ['nbf', () => seconds() + 5],
  ])('whose %s differs by less than the tolerance is accepted', async (claim, value) => {
    await using issuer = await TokenIssuer.start();
    await using service = await startService(issuer.settings);
    expect(await connect(service, await issuer.token({ [claim]: value() }))).toMatchObject({ status: 200 });
  });

  it.each([
    ['no claim of that name', undefined],
    ['an empty claim', ''],
    ['257 characters', 'x'.repeat(257)],
    ['a line break', 'alice\nbob'],
    ['a right-to-left override', 'alice\u202e'],
    ['a lone surrogate', '\ud800'],
    ['a number with a fraction', 1.5],
    ['an object', { name: 'alice' }],
  ])('with %s as its user is valid, but refused with 403', async (_, sub) => {
    await using issuer = await TokenIssuer.start();
    await using service = await startService(issuer.settings);
    const response = await expectRefusal(service, await issuer.token({ sub }), 403, 'no_user');
    expect(response.headers).not.toHaveProperty('www-authenticate');
  });

  it('has its user in the configured claim', async () => {
    await using issuer = await TokenIssuer.start();
    await using service = await startService({ ...issuer.settings, JWT_USER_CLAIM: 'uid' });
    await connect(service, await issuer.token({ uid: 42 })).then(({ status }) => expect(status).toBe(200));
    expect(await service.app.get(ConnectionStore).getConnection(id)).toMatchObject({ userId: '42' });
  });

  it('that is malformed is refused', async () => {
    await using issuer = await TokenIssuer.start();
    await using service = await startService(issuer.settings);
    const [header, payload, signature] = (await issuer.token()).split('.') as [string, string, string];
    const forged = Buffer.from(JSON.stringify({ ...goodClaims(), sub: 'root' })).toString('base64url');
    for (const token of [
      'x',
      '..',
      `${header}.${payload}.`,
      `${header}.${forged}.${signature}`,
      `${header}.${payload}.${signature}.${signature}`,
      `Bearer ${header}.${payload}.${signature}`,
    ]) {
      const { body } = await expectRefusal(service, token, 401, 'invalid_token');
      expect(JSON.stringify(body)).not.toContain(signature);
    }
  });

  it('that is too large is refused before it is parsed', async () => {
    await using issuer = await TokenIssuer.start();
    await using service = await startService(issuer.settings);
    const huge = await issuer.token({ more: 'x'.repeat(8192) });
    const { body } = (await expectRefusal(service, huge, 401, 'invalid_token')) as {
      body: { detail: string };
    };
    expect(body.detail).toMatch(/expected at most 8192/);
    // larger than Node takes headers: it never gets here
    const response = await rawPost(`${service.url}/connect`, { ConnectionId: id, Token: 'x'.repeat(20_000) });
    expect(response.status).toBe(431);
  });

  it('is never logged and in no response', async () => {
    await using issuer = await TokenIssuer.start();
    await using service = await startService(issuer.settings, undefined, { jwksTimeoutMs: 50 });
    const tokens = [
      await issuer.token(),
      await issuer.token({ exp: 1 }),
      await issuer.token({ sub: '' }),
      await issuer.token({}, await issuerKey('unknown')),
    ];
    const answers: string[] = [];
    for (const answer of ['keys', 'unavailable', 'never'] as const) {
      issuer.answer = answer;
      for (const token of tokens) {
        for (const headers of [
          { Token: token },
          { 'Sec-WebSocket-Protocol': `backchannel, token.${token}` },
          { Token: token, 'Sec-WebSocket-Protocol': `backchannel, token.${token}` },
        ]) {
          answers.push((await rawPost(`${service.url}/connect`, { ConnectionId: id, ...headers })).body);
        }
      }
    }
    const visible = JSON.stringify([service.lines, answers]);
    for (const part of tokens.flatMap((token) => token.split('.'))) expect(visible).not.toContain(part);
  });
});

describe('a sub-protocol', () => {
  const handshake = (service: TestService, offered: string) =>
    service.post('/connect', id).set('Sec-WebSocket-Protocol', offered).send();

  it.each([['backchannel, token.JWT'], ['token.JWT,backchannel'], ['chat, backchannel, token.JWT']])(
    '%s carries a token, and backchannel is selected',
    async (offered) => {
      await using issuer = await TokenIssuer.start();
      await using service = await startService(issuer.settings);
      const response = await handshake(service, offered.replace('JWT', await issuer.token()));
      expect(response.status).toBe(200);
      expect(response.headers['sec-websocket-protocol']).toBe('backchannel');
      expect(await service.app.get(ConnectionStore).getConnection(id)).toMatchObject({
        userId: 'alice@example.com',
      });
    },
  );

  it('carries no token without backchannel beside it, because a browser would get no protocol', async () => {
    await using issuer = await TokenIssuer.start();
    await using service = await startService(issuer.settings);
    const response = await handshake(service, `token.${await issuer.token()}`);
    expect(response.body).toMatchObject({ code: 'missing_token' });
  });

  it('is not selected when the handshake is refused', async () => {
    await using issuer = await TokenIssuer.start();
    await using service = await startService(issuer.settings);
    const response = await handshake(service, `backchannel, token.${await issuer.token({ exp: 1 })}`);
    expect(response.status).toBe(401);
    expect(response.headers).not.toHaveProperty('sec-websocket-protocol');
  });

  it('is selected without authentication, too, if it is offered', async () => {
    await using service = await startService();
    expect((await handshake(service, 'backchannel')).headers['sec-websocket-protocol']).toBe('backchannel');
    expect((await handshake(service, 'chat')).headers).not.toHaveProperty('sec-websocket-protocol');
  });

  it('with a token beside another token is refused', async () => {
    await using issuer = await TokenIssuer.start();
    await using service = await startService(issuer.settings);
    const token = await issuer.token();
    const twice = await handshake(service, `backchannel, token.${token}, token.${token}`);
    const both = await service
      .post('/connect', id)
      .set('Token', token)
      .set('Sec-WebSocket-Protocol', `backchannel, token.${token}`)
      .send();
    for (const response of [twice, both]) {
      expect(response).toMatchObject({ status: 400, body: { code: 'repeated_token' } });
    }
  });
});

describe('the algorithm', () => {
  it('is not the token’s choice: HS256 with the public key as the secret is refused', async () => {
    const { publicKey, privateKey } = await issuerKey('k', 'RS256');
    const pem = await exportSPKI(publicKey);
    await using service = await startService({ AUTH: 'jwt', JWT_KEY: pem });
    const claims = Buffer.from(JSON.stringify(goodClaims())).toString('base64url');
    for (const secret of [pem, pem.trim(), pem.replaceAll('\n', '')]) {
      const header = Buffer.from('{"alg":"HS256"}').toString('base64url');
      const signature = createHmac('sha256', secret).update(`${header}.${claims}`).digest('base64url');
      await expectRefusal(service, `${header}.${claims}.${signature}`, 401, 'invalid_token');
    }
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    await expectRefusal(service, `${none}.${claims}.`, 401, 'invalid_token');
    const good = await new SignJWT(goodClaims()).setProtectedHeader({ alg: 'RS256' }).sign(privateKey);
    expect(await connect(service, good)).toMatchObject({ status: 200 });
  });

  it('is one of the configured ones', async () => {
    await using issuer = await TokenIssuer.start();
    issuer.keys.push(await issuerKey('second', 'PS256'));
    await using service = await startService({ ...issuer.settings, JWT_ALGORITHMS: 'RS256, PS256' });
    await expectRefusal(service, await issuer.token(), 401, 'invalid_token');
    expect(await connect(service, await issuer.token({}, issuer.keys[1]))).toMatchObject({ status: 200 });
  });

  it.each(['RS256', 'RS512', 'PS384', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])(
    '%s works by JWKS and by a key in the settings',
    async (algorithm) => {
      await using issuer = await TokenIssuer.start();
      const key = await issuerKey('k', algorithm);
      issuer.keys = [key];
      const pem = (await exportSPKI(key.publicKey)).replaceAll('\n', String.raw`\n`);
      for (const settings of [issuer.settings, { AUTH: 'jwt', JWT_KEY: pem }]) {
        await using service = await startService(settings);
        expect(await connect(service, await issuer.token())).toMatchObject({ status: 200 });
      }
    },
  );

  it('HS256 works with the shared secret only', async () => {
    const JWT_SECRET = 'a secret of at least 32 bytes: ünïcödé';
    await using service = await startService({ AUTH: 'jwt', JWT_SECRET, JWT_ISSUER: ISSUER });
    const signed = (secret: string, alg = 'HS256') =>
      new SignJWT(goodClaims()).setProtectedHeader({ alg }).sign(Buffer.from(secret));
    await expectRefusal(service, await signed(`${JWT_SECRET}?`), 401, 'invalid_token');
    await expectRefusal(service, await signed(JWT_SECRET, 'HS512'), 401, 'invalid_token');
    expect(await connect(service, await signed(JWT_SECRET))).toMatchObject({ status: 200 });
  });
});

describe('the issuer’s keys', () => {
  it('are all tried for a token that may belong to several', async () => {
    await using issuer = await TokenIssuer.start();
    const [one, two] = [await issuerKey('same'), await issuerKey('same')];
    issuer.keys = [one, two];
    await using service = await startService(issuer.settings);
    for (const key of [one, two]) {
      expect(await connect(service, await issuer.token({}, key))).toMatchObject({ status: 200 });
      const withoutKid = new SignJWT(goodClaims()).setProtectedHeader({ alg: key.algorithm });
      expect(await connect(service, await withoutKid.sign(key.privateKey))).toMatchObject({ status: 200 });
    }
    for (const bad of [
      await issuer.token({}, await issuerKey('same')),
      await issuer.token({ exp: 1 }, two),
    ]) {
      expect(await connect(service, bad)).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
    }
  });

  it('are tried up to a limit', async () => {
    await using issuer = await TokenIssuer.start();
    issuer.keys = await Promise.all(Array.from({ length: 9 }, async () => issuerKey('same')));
    await using service = await startService(issuer.settings);
    const [eighth, ninth] = issuer.keys.slice(7);
    expect(await connect(service, await issuer.token({}, eighth))).toMatchObject({ status: 200 });
    const response = await connect(service, await issuer.token({}, ninth));
    expect(response).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
  });

  it.each([
    ['is malformed', { kty: 'RSA', n: '!', e: 'AQAB' }],
    ['is too short', SHORT_KEY.export({ format: 'jwk' })],
  ])('of which one %s refuse its tokens, with one warning', async (_, jwk) => {
    await using issuer = await TokenIssuer.start();
    issuer.otherJwks = [{ ...jwk, kid: 'bad', alg: 'RS256', use: 'sig' }];
    await using service = await startService(issuer.settings);
    const token = await issuer.token({}, await issuerKey('bad', 'RS256'));
    for (let n = 0; n < 3; n += 1) await expectRefusal(service, token, 401, 'invalid_token');
    expect(service.lines.filter(({ cause }) => cause === 'issuer_key')).toEqual([
      expect.objectContaining({ level: 'warn', kid: 'bad', reason: expect.stringMatching(/./) }),
    ]);
    expect(await connect(service, await issuer.token())).toMatchObject({ status: 200 });
  });

  it('are read once for many tokens', async () => {
    await using issuer = await TokenIssuer.start();
    await using service = await startService(issuer.settings);
    for (let n = 0; n < 5; n += 1) await connect(service, await issuer.token());
    expect(issuer.reads).toBe(1);
  });

  it('are read again for an unknown key, but not for every token with one', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await using issuer = await TokenIssuer.start();
    await using service = await startService(issuer.settings);
    await connect(service, await issuer.token());

    const rotated = await issuerKey('rotated');
    issuer.keys = [rotated];
    const response = await connect(service, await issuer.token({}, rotated));
    expect(response.status).toBe(200);
    expect(issuer.reads).toBe(2);

    const forge = async () => connect(service, await issuer.token({}, await issuerKey('forged')));
    for (let n = 0; n < 5; n += 1) {
      expect(await forge()).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
    }
    expect(issuer.reads).toBe(3);
    vi.setSystemTime(Date.now() + 10_000);
    for (let n = 0; n < 5; n += 1) await forge();
    expect(issuer.reads).toBe(4);
  });

  it('are read once for many concurrent tokens with a new key', async () => {
    await using issuer = await TokenIssuer.start();
    await using service = await startService(issuer.settings);
    await connect(service, await issuer.token());
    issuer.keys = [await issuerKey('rotated')];
    const token = await issuer.token();
    const responses = await Promise.all(Array.from({ length: 10 }, async () => connect(service, token)));
    expect(responses.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(issuer.reads).toBeLessThanOrEqual(3);
  });

  it('are not read to the end of an endless response', async () => {
    await using issuer = await TokenIssuer.start();
    issuer.answer = 'endless';
    await using service = await startService(issuer.settings, undefined, { jwksTimeoutMs: 20_000 });
    await expectRefusal(service, await issuer.token(), 503, 'not_ready');
    expect(issuer.sentBytes).toBeLessThan(50_000_000);
    expect(JSON.stringify(service.lines)).toContain('at most 1048576 bytes');
  });

  it('are refused ten minutes after they are withdrawn', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await using issuer = await TokenIssuer.start();
    await using service = await startService(issuer.settings);
    const [withdrawn] = issuer.keys;
    expect(await connect(service, await issuer.token())).toMatchObject({ status: 200 });
    issuer.keys = [await issuerKey('second')];
    vi.setSystemTime(Date.now() + 601_000);
    const response = await connect(service, await issuer.token({}, withdrawn));
    expect(response).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
  });

  it.each<JwksAnswer>(['unavailable', 'redirect', 'not json', 'no keys', 'never'])(
    'are not needed for the start; while the response is %s, a handshake is refused with 503',
    async (answer) => {
      await using issuer = await TokenIssuer.start();
      issuer.answer = answer;
      await using service = await startService(issuer.settings, undefined, {
        jwksTimeoutMs: answer === 'never' ? 1000 : 20_000,
      });
      await expectRefusal(service, await issuer.token(), 503, 'not_ready');
      await expect
        .poll(() => service.lines)
        .toContainEqual(expect.objectContaining({ level: 'warn', msg: 'JWKS not read' }));
      issuer.answer = 'keys';
      expect(await connect(service, await issuer.token())).toMatchObject({ status: 200 });
    },
  );

  it('lead to 503 when there is no response', async () => {
    const issuer = await TokenIssuer.start();
    const token = await issuer.token();
    await issuer[Symbol.asyncDispose]();
    await using service = await startService(issuer.settings);
    const { body } = await expectRefusal(service, token, 503, 'not_ready');
    expect(JSON.stringify(body)).not.toContain(issuer.jwksUrl);
  });

  it('are used for an hour when they cannot be read again', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await using issuer = await TokenIssuer.start();
    await using service = await startService(issuer.settings);
    expect(await connect(service, await issuer.token())).toMatchObject({ status: 200 });
    issuer.answer = 'unavailable';
    vi.setSystemTime(Date.now() + 50 * 60_000);
    expect(await connect(service, await issuer.token())).toMatchObject({ status: 200 });
    // a new key cannot be distinguished from a wrong one
    const unknown = await connect(service, await issuer.token({}, await issuerKey('new')));
    expect(unknown).toMatchObject({ status: 503, body: { code: 'not_ready' } });
    vi.setSystemTime(Date.now() + 11 * 60_000);
    expect(await connect(service, await issuer.token())).toMatchObject({ status: 503 });
  });
});
