import { type KeyObject } from 'node:crypto';

/** How a client is authenticated at `$connect`. */
export type AuthenticationSettings =
  /** `AUTH=none`, the default: any client may connect, and no connection has a user id. */
  | { readonly kind: 'none' }
  /** `AUTH=authorizer`: by API Gateway's authorizer, whose result is mapped into the header `UserId`. */
  | { readonly kind: 'authorizer' }
  | JwtSettings;

/** `AUTH=jwt`: by a signed token in the handshake. */
export interface JwtSettings {
  readonly kind: 'jwt';
  /**
   * Exactly one of `JWT_JWKS_URL`, the URL of the issuer's public keys (https, or http on loopback); `JWT_KEY`, a
   * public key in PEM, in which `\n` may stand for a line break; `JWT_SECRET`, at least 32 bytes for HS256.
   */
  readonly key: URL | KeyObject;
  /** A constant: time to read the keys. */
  readonly jwksTimeoutMs: number;
  /** `JWT_ISSUER`: the required value of the claim `iss`. Required with `JWT_JWKS_URL`. */
  readonly issuer: string | undefined;
  /**
   * `JWT_AUDIENCE`: accepted audiences, separated by commas. One of them must be in the claim `aud`, or in `client_id`
   * if there is no `aud`. `*` accepts any, and is an empty list here. Required with `JWT_JWKS_URL`, because an issuer's
   * keys also sign tokens for others.
   */
  readonly audiences: readonly string[];
  /** `JWT_ALGORITHMS`, separated by commas; without it all that fit the key. Never `none`. */
  readonly algorithms: readonly string[];
  /** `JWT_USER_CLAIM`: the claim that has the user id. */
  readonly userClaim: string;
  /** `JWT_CLOCK_TOLERANCE_SECONDS`: accepted difference from the issuer's clock. */
  readonly clockToleranceSeconds: number;
}
