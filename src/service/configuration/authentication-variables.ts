import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { isLoopback } from '../../nest/loopback.js';
import { type SettingProblem, wholeNumber } from './variable-schemas.js';

/** How the service learns at `$connect` who a client is; in `config.ts`, the settings `AUTH` and `JWT_…`. */
export type Authentication =
  /** `AUTH=none`, the default: everybody may connect, and nobody has a user id. */
  | { readonly kind: 'none' }
  /** `AUTH=authorizer`: by API Gateway's authorizer, in the header `UserId`. */
  | { readonly kind: 'authorizer' }
  | JwtAuthentication;

/** `AUTH=jwt`: by a signed token in the handshake. */
export interface JwtAuthentication {
  readonly kind: 'jwt';
  /**
   * One of `JWT_JWKS_URL`, where the issuer shows its public keys: https, or http on loopback; `JWT_KEY`, a public key
   * in PEM, whose line breaks may be written `\n`; `JWT_SECRET`, at least 32 bytes for HS256.
   */
  readonly key: URL | KeyObject;
  /** `JWT_JWKS_TIMEOUT_MS`: until the keys are read; 50–20000. Default 5000. */
  readonly jwksTimeoutMs: number;
  /** `JWT_ISSUER`: what the claim `iss` has to be. Required with `JWT_JWKS_URL`; default any. */
  readonly issuer: string | undefined;
  /**
   * `JWT_AUDIENCE`: one of these, with commas between, has to be in the claim `aud`, or be `client_id` if there is no `aud`. `*` takes any, and is empty
   * here. Required with `JWT_JWKS_URL`: an issuer's keys sign for others too. Default any.
   */
  readonly audiences: readonly string[];
  /** `JWT_ALGORITHMS`, with commas between. Default all that the key can be used with; never `none`. */
  readonly algorithms: readonly string[];
  /** `JWT_USER_CLAIM`: the claim that names the user. Default `sub`. */
  readonly userClaim: string;
  /** `JWT_CLOCK_TOLERANCE_SECONDS`: by how much the issuer's clock may differ; 0–300. Default 10. */
  readonly clockToleranceSeconds: number;
}

const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
/** By OpenSSL's names of the curves. */
const ECDSA = [
  ['prime256v1', 'ES256'],
  ['secp384r1', 'ES384'],
  ['secp521r1', 'ES512'],
] as const;
const ED25519 = ['EdDSA', 'Ed25519'];
const ASYMMETRIC = [...RSA, ...ECDSA.map(([, name]) => name), ...ED25519];
const SYMMETRIC = 'HS256';
const ALGORITHMS = [...ASYMMETRIC, SYMMETRIC];

/** Of RFC 7518: no less than the hash has. */
const SECRET_BYTES = 32;
/** What RFC 7518 asks for, and `jose` refuses only when a token is there. */
const RSA_BITS = 2048;

const isTrusted = (url: URL) =>
  !url.username &&
  !url.password &&
  (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)));

const list = z.string().transform((text) => text.split(',').map((item) => item.trim()));

/** The settings that say which key, and how it is used. */
const ofKeys = z.object({
  JWT_JWKS_URL: z
    .string()
    .transform((text, context) => {
      const url = URL.parse(text);
      if (url && isTrusted(url)) return url;
      context.addIssue('expected a URL that starts with https: and has no user info; http: only on loopback');
      return z.NEVER;
    })
    .optional(),
  JWT_KEY: z
    .string()
    .transform((text, context) => {
      const key = readPublicKey(text.replaceAll(String.raw`\n`, '\n'));
      if (key && algorithmsOf(key).length > 0) return key;
      context.addIssue(
        `expected a public key in PEM (-----BEGIN PUBLIC KEY-----): RSA of at least ${RSA_BITS} bits, ` +
          'P-256, P-384, P-521 or Ed25519',
      );
      return z.NEVER;
    })
    .optional(),
  JWT_SECRET: z
    .string()
    .refine((text) => Buffer.byteLength(text) >= SECRET_BYTES, `expected at least ${SECRET_BYTES} bytes`)
    .transform((text) => createSecretKey(text, 'utf8'))
    .optional(),
  JWT_ALGORITHMS: list
    .refine(
      (names) => names.every((name) => ALGORITHMS.includes(name)),
      `expected some of ${ALGORITHMS.join(', ')}, with commas between`,
    )
    .optional(),
});

/** The settings each by itself; `config.ts` has them among its own. */
export const authenticationSettings = {
  AUTH: z.enum(['none', 'jwt', 'authorizer'], 'expected none, jwt or authorizer').default('none'),
  ...ofKeys.shape,
  JWT_JWKS_TIMEOUT_MS: wholeNumber(50, 20_000).default(5000),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: list
    .refine(
      (audiences) => !audiences.includes('') && (audiences.length === 1 || !audiences.includes('*')),
      'expected audiences with commas between, or * alone',
    )
    .optional(),
  JWT_USER_CLAIM: z.string().default('sub'),
  JWT_CLOCK_TOLERANCE_SECONDS: wholeNumber(0, 300).default(10),
};

const JWT_SETTINGS = Object.keys(authenticationSettings).filter((name) => name !== 'AUTH');

type Settings = z.output<z.ZodObject<typeof authenticationSettings>>;

/** The settings together, once nothing is wrong with them. */
export function authentication(settings: Settings): Authentication {
  if (settings.AUTH !== 'jwt') return { kind: settings.AUTH };
  const key = settings.JWT_JWKS_URL ?? settings.JWT_KEY ?? settings.JWT_SECRET;
  if (key === undefined) throw new Error('AUTH=jwt without a key');
  return {
    kind: 'jwt',
    key,
    jwksTimeoutMs: settings.JWT_JWKS_TIMEOUT_MS,
    issuer: settings.JWT_ISSUER,
    audiences: (settings.JWT_AUDIENCE ?? []).filter((audience) => audience !== '*'),
    algorithms: settings.JWT_ALGORITHMS ?? algorithmsOf(key),
    userClaim: settings.JWT_USER_CLAIM,
    clockToleranceSeconds: settings.JWT_CLOCK_TOLERANCE_SECONDS,
  };
}

/** Problems that no setting has alone. */
export function authenticationProblems(env: NodeJS.ProcessEnv): readonly SettingProblem[] {
  const { AUTH: auth = 'none' } = env;
  const isSet = (name: string) => env[name] !== undefined;
  if (auth !== 'jwt') {
    // of an AUTH that is none of the three, it has been told already
    const isMeant = auth === 'none' || auth === 'authorizer';
    return JWT_SETTINGS.filter((name) => isMeant && isSet(name)).map((name) => [
      name,
      'expected AUTH=jwt with it',
    ]);
  }

  const keys = ['JWT_JWKS_URL', 'JWT_KEY', 'JWT_SECRET'].filter(isSet);
  const problems: SettingProblem[] = [];
  if (keys.length !== 1)
    problems.push(['AUTH', 'expected one of JWT_JWKS_URL, JWT_KEY and JWT_SECRET with it']);
  if (isSet('JWT_JWKS_URL')) {
    const why = 'because the keys there may sign for others too';
    if (!isSet('JWT_ISSUER')) problems.push(['JWT_ISSUER', `expected with JWT_JWKS_URL, ${why}`]);
    if (!isSet('JWT_AUDIENCE'))
      problems.push(['JWT_AUDIENCE', `expected with JWT_JWKS_URL, ${why}; * takes any`]);
  } else if (isSet('JWT_JWKS_TIMEOUT_MS')) {
    problems.push(['JWT_JWKS_TIMEOUT_MS', 'expected JWT_JWKS_URL with it']);
  }
  const { JWT_JWKS_URL, JWT_KEY, JWT_SECRET, JWT_ALGORITHMS } = ofKeys.partial().safeParse(env).data ?? {};
  const key = JWT_JWKS_URL ?? JWT_KEY ?? JWT_SECRET;
  if (keys.length === 1 && key && JWT_ALGORITHMS) {
    const possible = algorithmsOf(key);
    if (JWT_ALGORITHMS.some((name) => !possible.includes(name))) {
      problems.push(['JWT_ALGORITHMS', `expected some of ${possible.join(', ')} with ${keys.join()}`]);
    }
  }
  return problems;
}

function readPublicKey(pem: string): KeyObject | undefined {
  // createPublicKey also takes private keys, which have no business here
  if (!pem.trimStart().startsWith('-----BEGIN PUBLIC KEY-----')) return undefined;
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}

/** What a key can be used with; nothing if we do not take it. */
function algorithmsOf(key: URL | KeyObject): readonly string[] {
  if (key instanceof URL) return ASYMMETRIC;
  if (key.type === 'secret') return [SYMMETRIC];
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return modulusLength >= RSA_BITS ? RSA : [];
    case 'ec':
      return ECDSA.filter(([curve]) => curve === namedCurve).map(([, name]) => name);
    case 'ed25519':
      return ED25519;
    default:
      return [];
  }
}
