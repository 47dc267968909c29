import { type KeyObject } from 'node:crypto';
import { type OnApplicationBootstrap } from '@nestjs/common';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import { type Logger } from 'pino';
import { type UserId } from '../../api/integration.js';
import { QUOTAS } from '../../api/quotas.js';
import { type JwtSettings } from '../config/authentication-settings.js';
import { Problem } from '../http/problem.js';
import { Authenticator } from './authenticator.js';
import { type Handshake } from './handshake.js';
import { IssuerKeys } from './issuer-keys.js';
import { toUserId, USER_ID_FORM } from './user-id.js';

/**
 * `AUTH=jwt`: the handshake carries a signed token. The token itself names its algorithm and its key, so that both are
 * checked against the settings.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-3.1 which status means what
 * @see https://www.rfc-editor.org/rfc/rfc8725 what to check
 */
export class JwtAuthenticator extends Authenticator implements OnApplicationBootstrap {
  readonly #keys: IssuerKeys | KeyObject;

  constructor(
    private readonly settings: JwtSettings,
    private readonly log: Logger,
  ) {
    super();
    const { key } = settings;
    this.#keys = key instanceof URL ? new IssuerKeys(key, settings.jwksTimeoutMs) : key;
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
      // two calls, because jwtVerify is overloaded
      const { payload } =
        keys instanceof IssuerKeys
          ? await jwtVerify(token, keys.find, options)
          : await jwtVerify(token, keys, options);
      if (audiences.length > 0) checkAudience(payload, audiences);
      return payload;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      throw new Problem('invalid_token', explain(error), { cause: error });
    }
  }
}

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
