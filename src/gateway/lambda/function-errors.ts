/** No function of that name was given with `--function`. */
export class NoFunctionError extends Error {
  override readonly name = 'NoFunctionError';
  constructor(functionName: string) {
    super(`there is no function '${functionName}'; --function NAME=FILE or NAME=URL says where it is`);
  }
}

/** No answer within the time that the caller gave it. */
export class FunctionTimedOutError extends Error {
  override readonly name = 'FunctionTimedOutError';
  constructor(functionName: string, timeoutMs: number, options?: ErrorOptions) {
    super(`the function '${functionName}' did not answer within ${timeoutMs} ms`, options);
  }
}

/** The function was not run: the Invoke endpoint cannot be reached or refused, or the gateway stops. */
export class FunctionUnavailableError extends Error {
  override readonly name = 'FunctionUnavailableError';
  constructor(functionName: string, reason: string, options?: ErrorOptions) {
    super(`the function '${functionName}' could not be invoked: ${reason}`, options);
  }
}
