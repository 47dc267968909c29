import { ControlError } from '../control-error.js';

/** What an import reports besides the API: infos and warnings (H12.17), in the order in which they were found. */
export class ImportMessages {
  readonly info: string[] = [];
  readonly warnings: string[] = [];

  /**
   * Creates a part of the API. A part that is refused is a warning, and is left out.
   *
   * @param describe the warning, from the reason of the refusal
   * @throws {ControlError} a quota is used up
   */
  attempt<T>(describe: (reason: string) => string, create: () => T): T | undefined {
    try {
      return create();
    } catch (error) {
      if (!(error instanceof ControlError) || error.errorType === 'TooManyRequestsException') throw error;
      this.warnings.push(describe(error.message));
      return undefined;
    }
  }
}
