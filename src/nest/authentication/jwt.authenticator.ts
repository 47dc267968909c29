import { type KeyObject } from 'node:crypto';
import { type OnApplicationBootstrap } from '@nestjs/common';
import {
  type CryptoKey,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyOptions,
} from 'jose';
import { type Logger } from 'pino';
import { type UserId } from '../../api/integration.js';
import { QUOTAS } from '../../api/quotas.js';
import { type JwtSettings } from '../config/authentication-settings.js';
import { LimitedWarnings } from '../http/limited-warnings.js';
import { Problem } from '../http/problem.js';
import { Authenticator } from './authenticator.js';
import { type Handshake } from './handshake.js';
import { IssuerKeys } from './issuer-keys.js';
import { toUserId, USER_ID_FORM } from '../../api/user-id.js';

/**
 * `AUTH=jwt`: the handshake carries a signed token. The token itself names its algorithm and its key, so that both are
 * checked against the settings.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-3.1 which status means what
 * @see https://www.rfc-editor.org/rfc/rfc8725 what to check
 */
export class JwtAuthenticator extends Authenticator implements OnApplicationBootstrap {
  readonly #keys: IssuerKeys | KeyObject;
  readonly #warnings: LimitedWarnings;

  constructor(
    private readonly settings: JwtSettings,
    private readonly log: Logger,
  ) {
    super();
    const { key } = settings;
    this.#keys = key instanceof URL ? new IssuerKeys(key, settings.jwksTimeoutMs) : key;
    this.#warnings = new LimitedWarnings(log);
  }

  /** Reads the keys, so that the first client need not wait. The start does not wait: the issuer may start later. */
  onApplicationBootstrap(): void {
    if (!(this.#keys instanceof IssuerKeys)) return;
    this.#keys.read().catch((error: unknown) => this.log.warn({ err: error }, 'JWKS not read'));
  }

  override async authenticate({ tokens }: Handshake): Promise<UserId> {
    const [token, ...others] = tokens;
    if (token === undefined) {
      throw new Problem(
        'missing_token',
        'Send the token as ?token=… or as a sub-protocol: backchannel, token.…',
      );
    }
    if (others.length > 0)
      throw new Problem(
        'repeated_token',
        'Send exactly one token, in the query string or as a sub-protocol.',
      );
    const { [this.settings.userClaim]: user } = await this.#verify(token);
    const userId = toUserId(user);
    if (userId === undefined) {
      throw new Problem('no_user', `The claim ${this.settings.userClaim} is not ${USER_ID_FORM}.`);
    }
    return userId;
  }

  /** @throws {Problem} `invalid_token`, or `not_ready` if the keys cannot be read */
  async #verify(token: string): Promise<JWTPayload> {
    if (token.length > QUOTAS.tokenBytes) {
      throw new Problem(
        'invalid_token',
        `The token has ${token.length} bytes, expected at most ${QUOTAS.tokenBytes}.`,
      );
    }
    const { algorithms, issuer, audiences, clockToleranceSeconds } = this.settings;
    const options = {
      algorithms: [...algorithms],
      requiredClaims: ['exp'],
      clockTolerance: clockToleranceSeconds,
      ...(issuer !== undefined && { issuer }),
    };
    const keys = this.#keys;
    try {
      const payload =
        keys instanceof IssuerKeys
          ? await this.#verifyWith(keys, token, options)
          : (await jwtVerify(token, keys, options)).payload;
      if (audiences.length > 0) checkAudience(payload, audiences);
      return payload;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      throw new Problem('invalid_token', explain(error), { cause: error });
    }
  }

  /** Verifies the token with the issuer's key that it names; if it could be one of several, with each of them. */
  async #verifyWith(keys: IssuerKeys, token: string, options: JWTVerifyOptions): Promise<JWTPayload> {
    try {
      return (await jwtVerify(token, keys.find, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw this.#unlessKeyRefused(error, token);
      let attempts = 0;
      for await (const key of error) {
        const payload = await this.#verifyWithOne(key, token, options);
        if (payload !== undefined) return payload;
        attempts += 1;
        if (attempts === MAX_KEYS) break;
      }
      throw new errors.JWSSignatureVerificationFailed();
    }
  }

  /** @returns undefined if another key may have signed the token */
  async #verifyWithOne(
    key: CryptoKey,
    token: string,
    options: JWTVerifyOptions,
  ): Promise<JWTPayload | undefined> {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      const reason = this.#unlessKeyRefused(error, token);
      if (!(reason instanceof errors.JWSSignatureVerificationFailed)) throw reason;
      return undefined;
    }
  }

  /**
   * Logs that a key cannot be used. jose has errors of its own for all that a token can have wrong; for a malformed or
   * too short key it throws other ones.
   *
   * @returns what to throw: the error; if the key is the cause, that the signature cannot be verified
   */
  #unlessKeyRefused(error: unknown, token: string): unknown {
    if (error instanceof errors.JOSEError || error instanceof Problem) return error;
    const { kid } = decodeProtectedHeader(token);
    const reason = error instanceof Error ? error.message || error.name : String(error);
    this.#warnings.warn('issuer_key', { kid, reason }, 'key of the token issuer cannot be used');
    return new errors.JWSSignatureVerificationFailed('the key cannot be used', { cause: error });
  }
}

/** A key set has a few keys. Each costs the verification of a signature. */
const MAX_KEYS = 8;

/** For the client, which is not shown more about how the token is checked. */
function explain(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The claim ${error.claim} of the token is not as expected.`;
  return 'The form, algorithm, key or signature of the token is not as expected.';
}

/**
 * Checks the audience of a token as API Gateway's own JWT authorizer does: by `aud`, a text or a list, or without `aud`
 * by `client_id`, in which Cognito's access tokens name the app client.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 * @throws {errors.JWTClaimValidationFailed} the token is for none of the audiences
 */
function checkAudience(payload: JWTPayload, audiences: readonly string[]): void {
  const claim = payload.aud === undefined && payload['client_id'] !== undefined ? 'client_id' : 'aud';
  const value: unknown = payload[claim];
  const named: readonly unknown[] = claim === 'aud' && Array.isArray(value) ? value : [value];
  if (named.some((name) => audiences.includes(name as string))) return;
  throw new errors.JWTClaimValidationFailed(`unexpected ${claim}`, payload, claim, 'check_failed');
}
