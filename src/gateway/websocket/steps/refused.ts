import { type GatewayAnswer } from '../../errors.js';

/** An event goes no further: the gateway answers it itself. To a handshake that is a refusal, to a message an error frame. */
export class Refused extends Error {
  override readonly name = 'Refused';

  /**
   * @param reason which rule refuses it, for the log: the client sees the response only
   * @param logged variables that the access log alone has
   */
  constructor(
    readonly answer: GatewayAnswer,
    readonly reason: string,
    readonly logged: Readonly<Record<string, string>> = {},
  ) {
    super(answer.message);
  }
}
