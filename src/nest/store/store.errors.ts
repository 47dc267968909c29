import { type ProblemReport, type ReportedError } from '../http/problem.js';

/** The store cannot be reached, does not respond in time, or is not ready. A later attempt may succeed. */
export class StoreUnavailableError extends Error implements ReportedError {
  override readonly name: string = 'StoreUnavailableError';

  get problem(): ProblemReport {
    return { code: 'store_unavailable', detail: 'The store cannot be reached. Retry in a second.' };
  }
}

/**
 * The store has no room: nothing was written. Only methods that need more room throw it, so that connections can be
 * removed and channels be left, which makes room.
 */
export class StoreFullError extends StoreUnavailableError {
  override readonly name = 'StoreFullError';

  override get problem(): ProblemReport {
    return { code: 'store_unavailable', detail: 'The store is full. Retry later.' };
  }
}

/** An {@link AppendKey} was used with another fingerprint before. Nothing was appended. */
export class KeyReusedError extends Error implements ReportedError {
  override readonly name = 'KeyReusedError';

  get problem(): ProblemReport {
    return { code: 'idempotency_key_reused', detail: 'this Idempotency-Key was used with another body' };
  }
}
