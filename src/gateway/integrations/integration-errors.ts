/** Options of an error after which the backend may or may not have served the request. */
interface OutcomeOptions extends ErrorOptions {
  /** The request was sent, at least in part, and no status outside 2xx was received. */
  readonly isOutcomeUnknown: boolean;
}

/** No complete response within the integration's timeout. */
export class IntegrationTimedOutError extends Error {
  override readonly name = 'IntegrationTimedOutError';
  readonly isOutcomeUnknown: boolean;
  constructor(timeoutMs: number, options: OutcomeOptions) {
    super(`the integration did not respond within ${timeoutMs} ms`, options);
    this.isOutcomeUnknown = options.isOutcomeUnknown;
  }
}

/** No complete response: no connection or a broken one, no credentials, no such function. */
export class IntegrationFailedError extends Error {
  override readonly name = 'IntegrationFailedError';
  readonly isOutcomeUnknown: boolean;
  constructor(target: string, options: OutcomeOptions) {
    const { cause } = options;
    super(
      `the integration at ${target} sent no response: ${cause instanceof Error ? cause.message : String(cause)}`,
      options,
    );
    this.isOutcomeUnknown = options.isOutcomeUnknown;
  }
}

/** Whether the backend may have accepted the event, although its response did not arrive. */
export const isOutcomeUnknown = (error: unknown): boolean =>
  (error instanceof IntegrationTimedOutError || error instanceof IntegrationFailedError) &&
  error.isOutcomeUnknown;

/** Whether the address accepted no connection: a failed health check. An injected fault or a wrong certificate is none. */
export const isUnreachable = (error: unknown): boolean =>
  error instanceof IntegrationFailedError &&
  !error.isOutcomeUnknown &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  UNREACHABLE.has(String(error.cause.code));

/** Node's and undici's codes. */
const UNREACHABLE = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The function of an `AWS_PROXY` integration failed: it threw an error, exited, or could not be loaded. */
export class FunctionFailedError extends Error {
  override readonly name = 'FunctionFailedError';
  constructor(
    functionName: string,
    errorType: string,
    readonly errorMessage: string,
    readonly invocationId?: string,
  ) {
    super(`the function '${functionName}' failed: ${errorType}: ${errorMessage}`);
  }
}

/** The result of an `AWS_PROXY` integration's function is not a valid response. */
export class UnusableResponseError extends Error {
  override readonly name = 'UnusableResponseError';
  constructor(problem: string, options?: ErrorOptions) {
    super(`the function's response is unusable: ${problem}`, options);
  }
}
