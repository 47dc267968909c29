/** No complete response within the integration's timeout. */
export class IntegrationTimedOutError extends Error {
  override readonly name = 'IntegrationTimedOutError';
  constructor(timeoutMs: number, options: ErrorOptions) {
    super(`the integration did not respond within ${timeoutMs} ms`, options);
  }
}

/** No response at all: no connection, no credentials, no such function. */
export class IntegrationFailedError extends Error {
  override readonly name = 'IntegrationFailedError';
  constructor(target: string, options: ErrorOptions) {
    const { cause } = options;
    super(
      `the integration at ${target} sent no response: ${cause instanceof Error ? cause.message : String(cause)}`,
      options,
    );
  }
}

/** The function of an `AWS_PROXY` integration failed: it threw an error, exited, or could not be loaded. */
export class FunctionFailedError extends Error {
  override readonly name = 'FunctionFailedError';
  constructor(functionName: string, errorType: string, errorMessage: string) {
    super(`the function '${functionName}' failed: ${errorType}: ${errorMessage}`);
  }
}

/** The result of an `AWS_PROXY` integration's function is not a valid response. */
export class UnusableResponseError extends Error {
  override readonly name = 'UnusableResponseError';
  constructor(problem: string) {
    super(`the function's response is unusable: ${problem}`);
  }
}
