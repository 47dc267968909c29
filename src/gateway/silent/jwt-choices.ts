import { type ChoiceTable } from './choice-table.js';

/** How long the keys of an issuer are used (H9.12). */
export const JWKS_CACHE_MS = 2 * 3_600_000;

/** A token whose key is unknown has the keys read again, unless they were read within this time. */
export const JWKS_RETRY_MS = 10_000;

/** The algorithms of tokens that are accepted (H9.04). */
export const RSA_ALGORITHMS: readonly string[] = ['RS256', 'RS384', 'RS512'];

/**
 * `error_description` of refused tokens. The first, `audience` and `scopes` are recorded or documented (H9.08);
 * `algorithm` and `unreadable` were seen by users; the others are our own.
 */
export const JWT_TEXTS = {
  segments: 'token contains an invalid number of segments',
  malformed: 'the token is malformed',
  algorithm: (algorithm: unknown) =>
    typeof algorithm === 'string' && /^[\w-]{1,20}$/.test(algorithm)
      ? `signing method ${algorithm} is invalid`
      : 'signing method is invalid',
  noKeyId: 'the token has no key id',
  unreadable: {
    discovery: 'OIDC discovery endpoint communication error',
    jwks: 'JWKS communication error',
  },
  issuer: 'the issuer in the token does not match the issuer of the authorizer',
  unknownKey: 'the key of the token is unknown',
  signature: 'the signature of the token is not valid',
  audience: 'the token does not have a valid audience',
  expired: 'the token has expired',
  notYet: 'the token is not valid yet',
  issuedLater: 'the token was issued in the future',
  scopes: 'expected scopes within the token',
} as const;

/**
 * A claim as text (H6.19): numbers as they are written, a list in the form of Go, `[Admins Readers]`. Objects and `null`
 * were not seen: JSON.
 */
export function claimText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(claimText).join(' ')}]`;
  return JSON.stringify(value);
}

/** Choices about JWT authorizers, where AWS is silent or contradicts itself. */
export const JWT_CHOICES: ChoiceTable = {
  title: 'JWT authorizers',
  rows: [
    {
      question: 'algorithms of tokens; a token without `kid`; `use` of a key',
      choice: `${RSA_ALGORITHMS.join(', ')}; 401; absent or \`sig\``,
      because: 'documented is RSA, and that the `kid` must match',
    },
    {
      question: 'the order of the checks',
      choice: 'form, algorithm, issuer, signature, audience, times, scopes',
      where: 'authorizers/jwt/authorize-token.ts',
    },
    {
      question:
        '`error_description` of a token that is malformed, of another issuer, unsigned, expired or too early',
      choice: 'our own words',
      because: 'four texts are recorded, two were seen in logs',
    },
    {
      question: '`scope` of `www-authenticate`; `scopes` of an event',
      choice: "the route's; the token's",
      because: 'the recordings fit',
    },
    {
      question: '`bearer` in another case; two `Authorization` headers',
      choice: 'the same; their values are joined, which is no token: 401',
      where: 'authorizers/jwt/token.ts',
    },
    {
      question: '`client_id` beside `aud`; a token without `exp`; clock skew',
      choice: 'does not count; 401, as expired; none is allowed',
      where: 'authorizers/jwt/authorize-token.ts',
    },
    {
      question: 'the time of a token after `/_gateway/clock` was moved',
      choice: "the gateway's clock",
      because: 'so that a test can have a token expire',
      where: 'http/steps/authorize-request.ts',
    },
    {
      question: 'how long the keys of an issuer are used; a token whose key is unknown',
      choice: `two hours, by the gateway's clock; they are read again, at most every ${JWKS_RETRY_MS / 1000} s`,
      because:
        'an issuer on a laptop has new keys after each start; AWS recommends an overlap when keys are rotated',
      where: 'authorizers/jwt/issuer-keys.ts',
    },
    {
      question: 'an issuer that cannot be read, is slower than 1.5 s, or sends over 150,000 bytes',
      choice:
        '401 `OIDC discovery endpoint communication error` or `JWKS communication error`; the next token reads again',
      because: 'seen by users in access logs',
      where: 'authorizers/jwt/issuer-keys.ts',
    },
    {
      question: 'a discovery document of another issuer; a `jwks_uri` without https; a redirect',
      choice: 'as unreadable, except with `--issuer`; as unreadable if the issuer has https; not followed',
      because: 'OpenID Connect Discovery requires the first',
      where: 'authorizers/jwt/issuer-keys.ts',
    },
    {
      question: 'claims that are lists, objects or `null` in an event or a variable',
      choice: '`[a b]`; JSON; `null`',
      because: 'only lists were seen',
    },
  ],
};
