import { type ProblemReport, type ReportedError } from '../http/problem.js';

/** The store cannot be reached, does not respond in time, or is not ready. A later attempt may succeed. */
export class StoreUnavailableError extends Error implements ReportedError {
  override readonly name = 'StoreUnavailableError';

  get problem(): ProblemReport {
    return { code: 'store_unavailable', detail: 'The store cannot be reached. Retry in a second.' };
  }
}
