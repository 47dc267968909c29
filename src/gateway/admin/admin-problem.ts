import { type z } from 'zod';

/** Why a request to `/_gateway/` is refused. @see https://www.rfc-editor.org/rfc/rfc9457 */
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
  bad_request: { status: 400, title: 'The request cannot be understood' },
  not_found: { status: 404, title: 'There is no such resource' },
  method_not_allowed: { status: 405, title: 'The resource does not take this method' },
} as const;

/**
 * A body that has the form of its schema.
 *
 * @throws {AdminProblem} naming every field that is wrong, what it holds, and what it should
 */
export function checked<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const { success, data, error } = schema.safeParse(body);
  if (success) return data;
  const details = error.issues.map(({ code, path, message }) => {
    const field = path.length === 0 ? 'the body' : path.join('.');
    // it names the fields that are too many by itself
    return code === 'unrecognized_keys'
      ? `${field} ${message}`
      : `${field} ${message}, not ${shown(body, path)}`;
  });
  throw new AdminProblem('bad_request', details.join('; '));
}

function shown(body: unknown, path: readonly PropertyKey[]): string {
  const value = path.reduce((of, key) => (of as Record<PropertyKey, unknown> | undefined)?.[key], body);
  const text = JSON.stringify(value) ?? 'left out';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
