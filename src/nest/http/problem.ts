import { type ProblemCode } from '../../api/errors.js';

/** Why an HTTP request is refused; `error.filter.ts` makes the answer of it. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: ProblemCode,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }
}
