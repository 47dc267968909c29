import { type HttpGatewayResponse } from '../errors.js';

/** The gateway responds to a request of an HTTP API itself. */
export class HttpRequestError extends Error {
  override readonly name = 'HttpRequestError';
  /** Whether someone must look at it: the API's definition or its authorizer is wrong, not the request. */
  readonly isFault: boolean;
  /** `$context.authorizer.error` */
  readonly authorizerError: string | undefined;

  /**
   * @param reason for the log: the rule that refuses the request. The client receives the response only
   */
  constructor(
    readonly response: HttpGatewayResponse,
    readonly reason: string,
    { isFault = false, authorizerError }: Details = {},
  ) {
    super(response.message);
    this.isFault = isFault;
    this.authorizerError = authorizerError;
  }
}

interface Details {
  readonly isFault?: boolean;
  readonly authorizerError?: string | undefined;
}
