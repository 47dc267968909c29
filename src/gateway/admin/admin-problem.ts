import { type BodySchema } from '../body-schema.js';

/** An error of a request to `/_gateway/`. @see https://www.rfc-editor.org/rfc/rfc9457 */
export class AdminProblem extends Error {
  override readonly name = 'AdminProblem';

  constructor(
    readonly code: keyof typeof PROBLEMS,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }

  get body() {
    const { status, title } = PROBLEMS[this.code];
    return { title, status, code: this.code, detail: this.message };
  }
}

const PROBLEMS = {
  bad_request: { status: 400, title: 'The request is not valid' },
  not_found: { status: 404, title: 'The resource does not exist' },
  recording_off: { status: 409, title: 'Nothing is recorded' },
  not_replayable: { status: 409, title: 'The event cannot be replayed' },
  too_many_replays: { status: 429, title: 'Too many replays are in flight' },
  buffer_full: { status: 409, title: 'The message cannot be sent' },
  method_not_allowed: { status: 405, title: 'The resource does not support this method' },
} as const;

/**
 * Checks a body against its schema.
 *
 * @throws {AdminProblem} names each wrong field, its value, and what is expected
 */
export function checked<T>(schema: BodySchema<T>, body: unknown): T {
  const result = schema.check(body);
  if ('value' in result) return result.value;
  throw new AdminProblem('bad_request', result.problems.join('; '));
}
