/** One line for each thing that is wrong with the command line, the environment, or a file that they name. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
