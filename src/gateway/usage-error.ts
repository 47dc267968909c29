/** Problems of the command line, the environment, or a file that they name: one line each. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
