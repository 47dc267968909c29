/** No whole answer within the integration's timeout. */
export class IntegrationTimedOutError extends Error {
  override readonly name = 'IntegrationTimedOutError';
  constructor(timeoutMs: number, options: ErrorOptions) {
    super(`the integration did not answer within ${timeoutMs} ms`, options);
  }
}

/** No connection, no credentials, no such function: nothing that could be called an answer. */
export class IntegrationFailedError extends Error {
  override readonly name = 'IntegrationFailedError';
  constructor(target: string, options: ErrorOptions) {
    const { cause } = options;
    super(
      `the integration at ${target} gave no answer: ${cause instanceof Error ? cause.message : String(cause)}`,
      options,
    );
  }
}

/** The function of an `AWS_PROXY` integration failed: it threw, it ended, or it could not be loaded. */
export class FunctionFailedError extends Error {
  override readonly name = 'FunctionFailedError';
  constructor(functionName: string, errorType: string, errorMessage: string) {
    super(`the function '${functionName}' failed: ${errorType}: ${errorMessage}`);
  }
}

/** The function of an `AWS_PROXY` integration returned something that is no answer. */
export class UnusableAnswerError extends Error {
  override readonly name = 'UnusableAnswerError';
  constructor(problem: string) {
    super(`the function's answer is unusable: ${problem}`);
  }
}
