import { CLIENT_ERRORS, type ClientErrorCode } from '../../api/errors.js';

/** What was asked for cannot be done with the channel: the client is told the code and the sentence. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';

  constructor(
    readonly code: ClientErrorCode,
    message: string = CLIENT_ERRORS[code],
  ) {
    super(message);
  }
}
