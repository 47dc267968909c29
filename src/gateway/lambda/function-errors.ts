/** The option `--function` names no such function. */
export class NoFunctionError extends Error {
  override readonly name = 'NoFunctionError';
  constructor(functionName: string) {
    super(`no function '${functionName}' was given; add --function NAME=FILE, NAME=COMMAND or NAME=URL`);
  }
}

/** No response within the caller's timeout. */
export class FunctionTimedOutError extends Error {
  override readonly name = 'FunctionTimedOutError';
  constructor(functionName: string, timeoutMs: number, options?: ErrorOptions) {
    super(`the function '${functionName}' did not respond within ${timeoutMs} ms`, options);
  }
}

/** The function did not run: the Invoke endpoint is not reachable or refused, or the gateway is stopping. */
export class FunctionUnavailableError extends Error {
  override readonly name = 'FunctionUnavailableError';
  constructor(functionName: string, reason: string, options?: ErrorOptions) {
    super(`the function '${functionName}' could not be invoked: ${reason}`, options);
  }
}
