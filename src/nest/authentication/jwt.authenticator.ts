import { type KeyObject } from 'node:crypto';
import { type OnApplicationBootstrap } from '@nestjs/common';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import { type Logger } from 'pino';
import { type UserId } from '../../api/integration.js';
import { QUOTAS } from '../../api/quotas.js';
import { type JwtSettings } from '../config/authentication-settings.js';
import { Authenticator, toUserId, USER_ID_FORM } from './authenticator.js';
import { type GatewayRequest } from '../routes/gateway-request.js';
import { IssuerKeys } from './issuer-keys.js';
import { Problem } from '../http/problem.js';

/**
 * `AUTH=jwt`: the handshake carries a signed token. That it says which algorithm and which key to use is why both are
 * held against the settings.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-3.1 which status says what
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

  /** Reads the keys, so that the first client need not wait. The start does not: the issuer may come up later. */
  onApplicationBootstrap(): void {
    if (!(this.#keys instanceof IssuerKeys)) return;
    this.#keys.read().catch((error: unknown) => this.log.warn({ err: error }, 'JWKS not read'));
  }

  override async authenticate({ tokens }: GatewayRequest): Promise<UserId> {
    const [token, ...others] = tokens;
    if (token === undefined) {
      throw new Problem('missing_token', 'Send it as ?token=…, or as sub-protocols: backchannel, token.…');
    }
    if (others.length > 0) throw new Problem('repeated_token', 'Send it in one way only.');
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
        `It has ${token.length} bytes, expected at most ${QUOTAS.tokenBytes}.`,
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
      // two calls, because they are two functions of one name
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

/** What the client is told, who cannot be shown how the token was checked beyond this. */
function explain(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'It has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) return `Its claim ${error.claim} is not as expected.`;
  return 'Its form, algorithm, key or signature is not as expected.';
}

/**
 * Checks for whom a token is, as API Gateway's own JWT authorizer does: by `aud`, a text or a list, and only if there is no
 * `aud` by `client_id`, which is where Cognito's access tokens name the app client.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 * @throws {errors.JWTClaimValidationFailed} it is for none of the audiences
 */
function checkAudience(payload: JWTPayload, audiences: readonly string[]): void {
  const claim = payload.aud === undefined && payload['client_id'] !== undefined ? 'client_id' : 'aud';
  const value: unknown = payload[claim];
  const named: readonly unknown[] = claim === 'aud' && Array.isArray(value) ? value : [value];
  if (named.some((name) => audiences.includes(name as string))) return;
  throw new errors.JWTClaimValidationFailed(`unexpected ${claim}`, payload, claim, 'check_failed');
}
