import { type KeyObject } from 'node:crypto';
import { type OnApplicationBootstrap } from '@nestjs/common';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  type CryptoKey,
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
} from 'jose';
import { type Logger } from 'pino';
import { type UserId } from '../../api/integration.js';
import { LIMITS } from '../../api/messages.js';
import { type JwtAuthentication } from '../config/authentication.js';
import { Authenticator, toUserId, USER_ID_FORM } from './authenticator.js';
import { type GatewayRequest } from './gateway-request.js';
import { Problem } from './problem.js';

/**
 * `AUTH=jwt`: the handshake carries a signed token. That it says which algorithm and which key to use is why both are
 * held against the settings.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-3.1 which status says what
 * @see https://www.rfc-editor.org/rfc/rfc8725 what to check
 */
export class JwtAuthenticator extends Authenticator implements OnApplicationBootstrap {
  readonly #keys: RemoteKeys | KeyObject;

  constructor(
    private readonly settings: JwtAuthentication,
    private readonly log: Logger,
  ) {
    super();
    const { key } = settings;
    this.#keys = key instanceof URL ? new RemoteKeys(key, settings.jwksTimeoutMs) : key;
  }

  /** Reads the keys, so that the first client need not wait. The start does not: the issuer may come up later. */
  onApplicationBootstrap(): void {
    if (!(this.#keys instanceof RemoteKeys)) return;
    this.#keys.reload().catch((error: unknown) => this.log.warn({ err: error }, 'JWKS not read'));
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
    if (token.length > LIMITS.tokenBytes) {
      throw new Problem(
        'invalid_token',
        `It has ${token.length} bytes, expected at most ${LIMITS.tokenBytes}.`,
      );
    }
    const { algorithms, issuer, audiences, clockToleranceSeconds } = this.settings;
    const options = {
      algorithms: [...algorithms],
      requiredClaims: ['exp'],
      clockTolerance: clockToleranceSeconds,
      ...(issuer !== undefined && { issuer }),
      ...(audiences.length > 0 && { audience: [...audiences] }),
    };
    const keys = this.#keys;
    try {
      // two calls, because they are two functions of one name
      const { payload } =
        keys instanceof RemoteKeys
          ? await jwtVerify(token, keys.find, options)
          : await jwtVerify(token, keys, options);
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

/** The issuer's keys, read by HTTP and kept. */
class RemoteKeys {
  readonly #jwks;
  #freshAt = 0;

  constructor(url: URL, timeoutMs: number) {
    this.#jwks = createRemoteJWKSet(url, {
      timeoutDuration: timeoutMs,
      cacheMaxAge: KEYS_FRESH_MS,
      cooldownDuration: COOLDOWN_MS,
    });
  }

  async reload(): Promise<void> {
    await this.#jwks.reload();
    this.#freshAt = Date.now();
  }

  /** The key that a token names, read again when it is not among those that are known. */
  readonly find: JWTVerifyGetKey = async (header, token): Promise<CryptoKey> => {
    try {
      const key = await this.#jwks(header, token);
      if (this.#jwks.fresh) this.#freshAt = Date.now();
      return key;
    } catch (error) {
      if (isAboutTheToken(error)) throw error;
      const kept = this.#jwks.jwks();
      if (kept !== undefined && Date.now() < this.#freshAt + KEYS_KEPT_MS) {
        try {
          return await createLocalJWKSet(kept)(header, token);
        } catch {
          // a new key, perhaps: it cannot be said that the token is wrong
        }
      }
      throw new Problem('not_ready', 'The keys of the token issuer cannot be read.', { cause: error });
    }
  };
}

/** Keys are read again when they are older; one that the issuer has withdrawn is accepted so long. */
const KEYS_FRESH_MS = 10 * 60_000;

/** Keys that cannot be read again are used so long: connections end every two hours, and an issuer may be away. */
const KEYS_KEPT_MS = 60 * 60_000;

/** For a key that is not known the keys are read again, but not more often, so that bad tokens cause no flood. */
const COOLDOWN_MS = 30_000;

/** No key fits the token, or several do: it names none. Everything else is about reading the keys. */
function isAboutTheToken(error: unknown): boolean {
  return [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported].some(
    (type) => error instanceof type,
  );
}
