import { createPublicKey, type KeyObject } from 'node:crypto';

/** Where the keys of a token's issuer are, or the only one. */
export type JwtKey = URL | KeyObject;

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

/** The accepted algorithms of tokens; never `none`. */
export const JWT_ALGORITHMS: readonly string[] = [...ASYMMETRIC, SYMMETRIC];

/** At least as many as the hash of HS256 has: RFC 7518, section 3.2. */
export const JWT_SECRET_BYTES = 32;

/** The minimum of RFC 7518, section 3.3. `jose` checks it only when it verifies a token. */
export const JWT_RSA_BITS = 2048;

/** @returns undefined unless the text is a public key in PEM that fits one of the algorithms */
export function readPublicKey(pem: string): KeyObject | undefined {
  // createPublicKey also accepts private keys, which do not belong here
  if (!pem.trimStart().startsWith('-----BEGIN PUBLIC KEY-----')) return undefined;
  try {
    const key = createPublicKey(pem);
    return algorithmsOf(key).length > 0 ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The algorithms that fit a key; none for a key that is not accepted. */
export function algorithmsOf(key: JwtKey): readonly string[] {
  if (key instanceof URL) return ASYMMETRIC;
  if (key.type === 'secret') return [SYMMETRIC];
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return modulusLength >= JWT_RSA_BITS ? RSA : [];
    case 'ec':
      return ECDSA.filter(([curve]) => curve === namedCurve).map(([, name]) => name);
    case 'ed25519':
      return ED25519;
    default:
      return [];
  }
}
