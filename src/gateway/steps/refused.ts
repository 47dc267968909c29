import { type GatewayAnswer } from '../errors.js';

/** An event goes no further: the gateway answers it itself. To a handshake that is a refusal, to a message an error frame. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(readonly answer: GatewayAnswer) {
    super(answer.message);
  }
}
