import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { IssuerKeys } from '../../../../src/gateway/authorizers/jwt/issuer-keys.js';
import { JWKS_CACHE_MS, JWKS_RETRY_MS } from '../../../../src/gateway/silent/jwt-choices.js';
import { type DocumentAnswer, OidcIssuer, signingKey } from '../../../support/oidc-issuer.js';

/** An issuer, and the keys read from it by a clock that the case moves. */
async function reading(addresses: (url: string) => Record<string, string> = () => ({})) {
  const issuer = await OidcIssuer.start();
  const clock = { now: Date.now() };
  const logged: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'warn' },
    { write: (line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const map = new Map(Object.entries(addresses(issuer.url)));
  const keys = new IssuerKeys(
    () => map,
    () => clock.now,
    log,
  );
  return {
    issuer,
    keys,
    clock,
    logged,
    find: async (keyId = 'first', name = issuer.url) => keys.find(name, keyId),
    [Symbol.asyncDispose]: async () => issuer[Symbol.asyncDispose](),
  };
}

describe('the keys of an issuer', () => {
  it('are read once for two hours', async () => {
    await using served = await reading();
    await served.find();
    served.clock.now += JWKS_CACHE_MS - 1;
    expect((await served.find()).jwk).toMatchObject({ kid: 'first', kty: 'RSA' });
    expect(served.issuer.reads).toEqual({ discovery: 1, jwks: 1 });
    served.clock.now += 1;
    await served.find();
    expect(served.issuer.reads).toEqual({ discovery: 2, jwks: 2 });
  });

  it('are read once for requests that come at the same time', async () => {
    await using served = await reading();
    await Promise.all(Array.from({ length: 50 }, async () => served.find()));
    expect(served.issuer.reads).toEqual({ discovery: 1, jwks: 1 });
  });

  it('are read again for an unknown key, but not for each one', async () => {
    await using served = await reading();
    await served.find();
    served.issuer.keys.push(await signingKey('second'));
    expect((await served.find('second')).jwk).toBeUndefined();
    served.clock.now += JWKS_RETRY_MS;
    expect((await served.find('second')).jwk).toMatchObject({ kid: 'second' });
    await Promise.all(Array.from({ length: 50 }, async (_, index) => served.find(`unknown${index}`)));
    expect(served.issuer.reads.jwks).toBe(2);
  });

  it('stay known while an issuer that has been read is down', async () => {
    await using served = await reading();
    await served.find();
    served.issuer.answers.jwks = 'unavailable';
    served.clock.now += JWKS_RETRY_MS;
    expect((await served.find()).jwk).toBeDefined();
    await expect(served.find('unknown')).rejects.toThrow('/keys responded with 503');
  });

  it('are forgotten by clear, and by a clock that was set back far', async () => {
    await using served = await reading();
    await served.find();
    served.keys.clear();
    await served.find();
    served.clock.now -= JWKS_CACHE_MS;
    await served.find();
    expect(served.issuer.reads.jwks).toBe(3);
  });

  it('are the first RSA keys that can sign, by their id', async () => {
    await using served = await reading();
    served.issuer.otherKeys = [
      null,
      'key',
      { kty: 'RSA', kid: 7 },
      { kty: 'EC', kid: 'first' },
      { kty: 'RSA', kid: 'first', use: 'enc' },
      { kty: 'RSA', kid: 'own', n: 'a' },
      { kty: 'RSA', kid: 'own', n: 'b' },
    ] as object[];
    expect((await served.find('first')).jwk).toMatchObject({ use: 'sig' });
    expect((await served.find('own')).jwk).toMatchObject({ n: 'a' });
  });
});

describe('an issuer', () => {
  const ANSWERS: readonly (readonly [DocumentAnswer, RegExp])[] = [
    ['unavailable', /responded with 503/],
    ['redirect', /responded with 302/],
    ['not json', /text that is not JSON/],
    ['a list', /JSON that is not an object/],
    ['too large', /responded with over 150000 bytes/],
    ['never', /did not respond within 1500 ms/],
  ];

  it.each(ANSWERS)('with a discovery document that is %s is refused', async (answer, reason) => {
    await using served = await reading();
    served.issuer.answers.discovery = answer;
    await expect(served.find()).rejects.toMatchObject({
      name: 'IssuerError',
      endpoint: 'discovery',
      message: expect.stringMatching(reason),
    });
    expect(served.logged).toMatchObject([
      {
        msg: 'issuer not readable',
        issuer: served.issuer.url,
        reason: expect.stringMatching(reason),
        hint: `if it runs elsewhere: --issuer ${served.issuer.url}=URL`,
      },
    ]);
    // the next token reads again
    served.issuer.answers.discovery = 'document';
    expect((await served.find()).jwk).toBeDefined();
  });

  it.each([...ANSWERS, ['empty', /has no list keys/] as const])(
    'with a JWKS that is %s is refused',
    async (answer, reason) => {
      await using served = await reading();
      served.issuer.answers.jwks = answer;
      const message = expect.stringMatching(reason);
      await expect(served.find()).rejects.toMatchObject({ name: 'IssuerError', endpoint: 'jwks', message });
    },
  );

  it('that does not run is refused', async () => {
    await using served = await reading();
    await expect(served.find('first', 'http://127.0.0.1:1')).rejects.toMatchObject({
      endpoint: 'discovery',
      message: expect.stringMatching(/openid-configuration cannot be read: .*(ECONNREFUSED|bad port)/),
    });
  });

  it.each([
    [
      'another issuer',
      { issuer: 'https://issuer.example' },
      'discovery',
      /is of the issuer 'https:\/\/issuer/,
    ],
    ['no issuer', { issuer: undefined }, 'discovery', /is of the issuer 'undefined'/],
    ['no jwks_uri', { jwks_uri: undefined }, 'jwks', /jwks_uri of .* is not a URL that begins with https/],
    ['a file as its jwks_uri', { jwks_uri: 'file:///etc/passwd' }, 'jwks', /is not a URL that begins with/],
  ])('with %s in its discovery document is refused', async (_, discovery, endpoint, reason) => {
    await using served = await reading();
    served.issuer.discovery = discovery;
    const message = expect.stringMatching(reason);
    await expect(served.find()).rejects.toMatchObject({ endpoint, message });
  });

  it('may run at another URL, and then have another name', async () => {
    await using served = await reading((url) => ({ 'https://login.example.com/': url }));
    const { names, jwk } = await served.find('first', 'https://login.example.com/');
    expect(names).toEqual(['https://login.example.com/', served.issuer.url]);
    expect(jwk).toBeDefined();
  });

  it('may have a slash at its end', async () => {
    await using served = await reading();
    served.issuer.discovery = { issuer: `${served.issuer.url}/` };
    expect((await served.find('first', `${served.issuer.url}/`)).jwk).toBeDefined();
  });
});
