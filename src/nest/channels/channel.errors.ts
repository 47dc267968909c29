import { CLIENT_ERRORS, type ClientErrorCode } from '../../api/errors.js';

/** A request that the channel does not allow. Code and message are sent to the client. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';

  constructor(
    readonly code: ClientErrorCode,
    message: string = CLIENT_ERRORS[code],
  ) {
    super(message);
  }
}
