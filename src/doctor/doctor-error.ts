/** The command line is wrong: one line for each problem. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** No check can run: no credentials, no such API, or no permission to read it. The message says what to do. */
export class CannotRunError extends Error {
  override readonly name = 'CannotRunError';
}
