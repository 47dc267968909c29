import { type HttpGatewayResponse } from '../errors.js';

/** The gateway responds to a request of an HTTP API itself. */
export class HttpRequestError extends Error {
  override readonly name = 'HttpRequestError';

  /**
   * @param reason for the log: the rule that refuses the request. The client receives the response only
   * @param isFault whether someone must look at it: the API's definition is wrong, not the request
   */
  constructor(
    readonly response: HttpGatewayResponse,
    readonly reason: string,
    readonly isFault = false,
  ) {
    super(response.message);
  }
}
