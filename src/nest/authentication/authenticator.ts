import { HEADERS, NO_USER, type UserId } from '../../api/integration.js';
import { QUOTAS } from '../../api/quotas.js';
import { type GatewayRequest } from '../routes/gateway-request.js';
import { Problem } from '../http/problem.js';

/** Decides who asks to be let in at `$connect`: once for each connection. `AUTH` says which one does. */
export abstract class Authenticator {
  /**
   * @returns who it is, or undefined where nobody has to say so
   * @throws {Problem} the handshake is refused
   */
  abstract authenticate(handshake: GatewayRequest): Promise<UserId | undefined>;
}

/** `AUTH=none`: whoever reaches the API may connect. What they say of themselves is not looked at. */
export class NoAuthenticator extends Authenticator {
  override async authenticate(): Promise<undefined> {
    return undefined;
  }
}

/** `AUTH=authorizer`: API Gateway has asked its authorizer, and maps the answer into a header. */
export class GatewayAuthenticator extends Authenticator {
  override async authenticate({ userId }: GatewayRequest): Promise<UserId> {
    if (userId === undefined || userId === NO_USER) {
      throw new Problem(
        'missing_user',
        `${HEADERS.userId} is missing: give $connect an authorizer, and map ` +
          `integration.request.header.${HEADERS.userId} from context.authorizer.principalId`,
      );
    }
    const checked = toUserId(decodeHeader(userId));
    if (checked === undefined) throw new Problem('bad_header', `${HEADERS.userId} is not ${USER_ID_FORM}`);
    return checked;
  }
}

export const USER_ID_FORM = `1 to ${QUOTAS.userIdLength} characters without control and format characters`;

/** Control and format characters stay out: they would make two users look like one in a log. */
const USER_ID = new RegExp(`^[^\\p{Cc}\\p{Cf}\\p{Cs}]{1,${QUOTAS.userIdLength}}$`, 'u');

/** @returns undefined if it cannot be a user's id */
export function toUserId(value: unknown): UserId | undefined {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && USER_ID.test(text) ? (text as UserId) : undefined;
}

/** Node reads each byte of a header as one character; what is beyond ASCII comes as UTF-8. */
function decodeHeader(value: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return undefined;
  }
}
