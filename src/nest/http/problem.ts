import { type ProblemCode, PROBLEMS } from '../../api/errors.js';

/** The part of a problem (RFC 9457) that differs from request to request. */
export interface ProblemReport {
  readonly code: ProblemCode;
  /** For people; may change. */
  readonly detail: string;
  /** Default: the status of the code. */
  readonly status?: number;
}

/** An error that says itself which problem the HTTP caller receives. Any other error counts as a failure of ours. */
export interface ReportedError extends Error {
  readonly problem: ProblemReport;
  /** Whether its cause is logged elsewhere, so that the requests that it fails log it at debug only. */
  readonly isLoggedElsewhere?: boolean;
}

export function isReportedError(error: unknown): error is ReportedError {
  if (!(error instanceof Error) || !('problem' in error)) return false;
  // errors of an application and its libraries may have a field of this name, too
  const { code } = (error.problem ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' && Object.hasOwn(PROBLEMS, code);
}

/** Refuses an HTTP request. */
export class Problem extends Error implements ReportedError {
  override readonly name = 'Problem';

  constructor(
    readonly code: ProblemCode,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }

  get problem(): ProblemReport {
    return { code: this.code, detail: this.message };
  }
}
