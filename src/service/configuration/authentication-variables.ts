import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { type AuthenticationSettings } from '../../nest/config/authentication-settings.js';
import { isLoopback } from '../../nest/loopback.js';
import { type VariableProblem, wholeNumber } from './variable-schemas.js';

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

/** At least as many as the hash has: RFC 7518, section 3.2. */
const SECRET_BYTES = 32;
/** The minimum of RFC 7518, section 3.3. `jose` checks it only when it verifies a token. */
const RSA_BITS = 2048;

const isTrusted = (url: URL) =>
  !url.username &&
  !url.password &&
  (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)));

const list = z.string().transform((text) => text.split(',').map((item) => item.trim()));

const keyVariables = z.object({
  JWT_JWKS_URL: z
    .string()
    .transform((text, context) => {
      const url = URL.parse(text);
      if (url && isTrusted(url)) return url;
      context.addIssue('expected an https: URL without user info; http: only on loopback');
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
      `expected one or more of ${ALGORITHMS.join(', ')}, separated by commas`,
    )
    .optional(),
});

/** One row for each variable. */
export const authenticationVariables = {
  AUTH: z.enum(['none', 'jwt', 'authorizer'], 'expected none, jwt or authorizer').default('none'),
  ...keyVariables.shape,
  JWT_JWKS_TIMEOUT_MS: wholeNumber(50, 20_000).default(5000),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: list
    .refine(
      (audiences) => !audiences.includes('') && (audiences.length === 1 || !audiences.includes('*')),
      'expected audiences, separated by commas, or * alone',
    )
    .optional(),
  JWT_USER_CLAIM: z.string().default('sub'),
  JWT_CLOCK_TOLERANCE_SECONDS: wholeNumber(0, 300).default(10),
};

const JWT_VARIABLES = Object.keys(authenticationVariables).filter((name) => name !== 'AUTH');

type Variables = z.output<z.ZodObject<typeof authenticationVariables>>;

/** @param variables without any of {@link authenticationProblems} */
export function authenticationSettings(variables: Variables): AuthenticationSettings {
  if (variables.AUTH !== 'jwt') return { kind: variables.AUTH };
  const key = variables.JWT_JWKS_URL ?? variables.JWT_KEY ?? variables.JWT_SECRET;
  if (key === undefined) throw new Error('AUTH=jwt without a key');
  return {
    kind: 'jwt',
    key,
    jwksTimeoutMs: variables.JWT_JWKS_TIMEOUT_MS,
    issuer: variables.JWT_ISSUER,
    audiences: (variables.JWT_AUDIENCE ?? []).filter((audience) => audience !== '*'),
    algorithms: variables.JWT_ALGORITHMS ?? algorithmsOf(key),
    userClaim: variables.JWT_USER_CLAIM,
    clockToleranceSeconds: variables.JWT_CLOCK_TOLERANCE_SECONDS,
  };
}

/** Problems with the combination of variables. */
export function authenticationProblems(env: NodeJS.ProcessEnv): readonly VariableProblem[] {
  const { AUTH: auth = 'none' } = env;
  const isSet = (name: string) => env[name] !== undefined;
  if (auth !== 'jwt') {
    // its own row reports any other AUTH
    const isValid = auth === 'none' || auth === 'authorizer';
    return JWT_VARIABLES.filter((name) => isValid && isSet(name)).map((name) => [
      name,
      'expected only with AUTH=jwt',
    ]);
  }

  const keys = ['JWT_JWKS_URL', 'JWT_KEY', 'JWT_SECRET'].filter(isSet);
  const problems: VariableProblem[] = [];
  if (keys.length !== 1)
    problems.push(['AUTH', 'expected exactly one of JWT_JWKS_URL, JWT_KEY and JWT_SECRET with it']);
  if (isSet('JWT_JWKS_URL')) {
    const reason = 'because the keys there may sign tokens for others, too';
    if (!isSet('JWT_ISSUER')) problems.push(['JWT_ISSUER', `required with JWT_JWKS_URL, ${reason}`]);
    if (!isSet('JWT_AUDIENCE'))
      problems.push(['JWT_AUDIENCE', `required with JWT_JWKS_URL, ${reason}; * accepts any`]);
  } else if (isSet('JWT_JWKS_TIMEOUT_MS')) {
    problems.push(['JWT_JWKS_TIMEOUT_MS', 'expected only with JWT_JWKS_URL']);
  }
  const { JWT_JWKS_URL, JWT_KEY, JWT_SECRET, JWT_ALGORITHMS } =
    keyVariables.partial().safeParse(env).data ?? {};
  const key = JWT_JWKS_URL ?? JWT_KEY ?? JWT_SECRET;
  if (keys.length === 1 && key && JWT_ALGORITHMS) {
    const possible = algorithmsOf(key);
    if (JWT_ALGORITHMS.some((name) => !possible.includes(name))) {
      problems.push(['JWT_ALGORITHMS', `expected one or more of ${possible.join(', ')} with ${keys.join()}`]);
    }
  }
  return problems;
}

function readPublicKey(pem: string): KeyObject | undefined {
  // createPublicKey also accepts private keys, which do not belong here
  if (!pem.trimStart().startsWith('-----BEGIN PUBLIC KEY-----')) return undefined;
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}

/** The algorithms that fit a key; none for a key that is not accepted. */
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
