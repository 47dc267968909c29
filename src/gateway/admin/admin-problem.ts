import { type z } from 'zod';

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
  method_not_allowed: { status: 405, title: 'The resource does not support this method' },
} as const;

/**
 * Checks a body against its schema.
 *
 * @throws {AdminProblem} names each wrong field, its value, and what is expected
 */
export function checked<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const { success, data, error } = schema.safeParse(body);
  if (success) return data;
  const details = error.issues.map(({ code, path, message }) => {
    const field = path.length === 0 ? 'the body' : path.join('.');
    // this message names the unknown fields itself
    return code === 'unrecognized_keys'
      ? `${field} ${message}`
      : `${field} ${message}, not ${shown(body, path)}`;
  });
  throw new AdminProblem('bad_request', details.join('; '));
}

function shown(body: unknown, path: readonly PropertyKey[]): string {
  const value = path.reduce(
    (parent, key) => (parent as Record<PropertyKey, unknown> | undefined)?.[key],
    body,
  );
  // not as JSON, which may be nested too deeply for JSON.stringify
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? 'left out';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
