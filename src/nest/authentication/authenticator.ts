import { HEADERS, NO_USER, type UserId } from '../../api/integration.js';
import { Problem } from '../http/problem.js';
import { type Handshake } from './handshake.js';
import { toUserId, USER_ID_FORM } from '../../api/user-id.js';

/** Decides at `$connect`, once for each connection, who the user is. `AUTH` names the implementation. */
export abstract class Authenticator {
  /**
   * @returns the user, or undefined where clients are not authenticated
   * @throws {Problem} the handshake is refused
   */
  abstract authenticate(handshake: Handshake): Promise<UserId | undefined>;
}

/** `AUTH=none`: any client may connect. Tokens and the header `UserId` are ignored. */
export class NoAuthenticator extends Authenticator {
  override async authenticate(): Promise<undefined> {
    return undefined;
  }
}

/** `AUTH=authorizer`: API Gateway has called its authorizer and maps the result into a header. */
export class GatewayAuthenticator extends Authenticator {
  override async authenticate({ userId }: Handshake): Promise<UserId> {
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

/** Node reads each byte of a header as one character; characters beyond ASCII arrive as UTF-8. */
function decodeHeader(value: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return undefined;
  }
}
