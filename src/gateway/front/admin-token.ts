import { randomBytes } from 'node:crypto';
import { unnamedIdentity } from '../iam/access-keys.js';
import { type SignedRequest } from '../iam/canonical-request.js';
import { IamError } from '../iam/iam-error.js';
import { readSigner, verifySigner } from '../iam/signer.js';
import { isSame } from '../iam/verify-signature.js';
import { UsageError } from '../usage-error.js';
import { AccessRefused } from './access-refused.js';

/** Whether commands need a token. */
export type AdminTokenPolicy =
  | { readonly kind: 'required'; readonly token: string; readonly isGenerated: boolean }
  /** Not needed: only this machine can reach the gateway. */
  | { readonly kind: 'loopback' }
  /** Switched off, although other machines can reach the gateway. */
  | { readonly kind: 'off' };

/**
 * @param setting the token, or `off`
 * @param host the host on which the gateway listens
 */
export function adminTokenPolicy(setting: string | undefined, host: string): AdminTokenPolicy {
  if (setting !== undefined && setting !== 'off') {
    return { kind: 'required', token: setting, isGenerated: false };
  }
  if (isLoopback(host)) return { kind: 'loopback' };
  if (setting === 'off') return { kind: 'off' };
  return { kind: 'required', token: randomBytes(32).toString('base64url'), isGenerated: true };
}

/**
 * Reads `--admin-token` or `GATEWAY_ADMIN_TOKEN`.
 *
 * @throws {UsageError} the token is too short, or cannot be sent in a header; the message does not quote it
 */
export function readAdminToken(text: string): string {
  if (isAdminTokenSetting(text)) return text;
  throw new UsageError(
    `--admin-token (GATEWAY_ADMIN_TOKEN) has ${text.length} characters: it must be off, or 16 to 512 of A-Z a-z 0-9 . _ ~ + / = -`,
  );
}

/** Whether it is `off`, or can be a token. */
export const isAdminTokenSetting = (text: string): boolean => text === 'off' || TOKEN.test(text);

/** Form of a Bearer token (RFC 6750, 2.1). */
const TOKEN = /^[\w.~+/=-]{16,512}$/;

/** Only these names and addresses always mean this machine. */
const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host);

/**
 * The token for commands beyond loopback: as `Authorization: Bearer TOKEN`, or as the secret key of an AWS signature
 * with the access key id `admin`, which every AWS tool can make.
 */
export class AdminToken {
  readonly #token: string;
  readonly #accessKeys;

  constructor(token: string) {
    this.#token = token;
    const identity = unnamedIdentity(ACCESS_KEY_ID, '000000000000');
    this.#accessKeys = new Map([
      [ACCESS_KEY_ID, { secretAccessKey: token, sessionToken: undefined, identity }],
    ]);
  }

  /**
   * Makes every check that needs no body.
   *
   * @returns the remaining check of a signature, which covers the body
   * @throws {AccessRefused}
   */
  check(request: Omit<SignedRequest, 'body'>, authorization: string | undefined): (body: Buffer) => void {
    const [, bearer] = authorization?.match(/^Bearer +(\S+) *$/i) ?? [];
    if (bearer !== undefined) {
      this.checkBearer(bearer);
      return () => undefined;
    }
    // the machine's clock, because tests move the gateway's
    const signer = asRefusal(() => readSigner(request, this.#accessKeys, SCOPE, Date.now()));
    return (body) => asRefusal(() => verifySigner({ ...request, body }, signer));
  }

  /** @throws {AccessRefused} it is another token */
  checkBearer(token: string): void {
    if (isSame(this.#token, token)) return;
    throw new AccessRefused('unauthorized', `the Bearer token is not the admin token of this gateway${HINT}`);
  }
}

const ACCESS_KEY_ID = 'admin';

/** Signing name of API Gateway's control plane, v1 and v2, in any Region. */
const SCOPE = { service: 'apigateway', region: undefined };

const HINT =
  '. Commands need the admin token (--admin-token, GATEWAY_ADMIN_TOKEN, or the one printed at start): as Authorization: Bearer TOKEN, or with AWS_ACCESS_KEY_ID=admin and AWS_SECRET_ACCESS_KEY=TOKEN; in a browser, open /_gateway/?token=TOKEN';

function asRefusal<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof IamError)) throw error;
    // the text for a wrong signature is long already and mentions the secret key
    const hint = error.errorType === 'InvalidSignatureException' ? '' : HINT;
    throw new AccessRefused('unauthorized', `${error.message.replace(/\.$/, '')}${hint}`, error.errorType, {
      cause: error,
    });
  }
}
