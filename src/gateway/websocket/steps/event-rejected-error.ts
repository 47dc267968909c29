import { type GatewayResponse } from '../../errors.js';

/** The gateway responds to an event itself: a handshake is refused, a message gets an error frame. */
export class EventRejectedError extends Error {
  override readonly name = 'EventRejectedError';

  /**
   * @param reason for the log: the rule that rejects the event. The client receives the response only
   * @param logVariables for the access log only
   */
  constructor(
    readonly response: GatewayResponse,
    readonly reason: string,
    readonly logVariables: Readonly<Record<string, string>> = {},
  ) {
    super(response.message);
  }
}
