/** A position in a template; both numbers count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * A mapping template that cannot be parsed or evaluated. The client receives `Internal server error`; the message is
 * logged.
 */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';

  /** @param templateKey the template's key in `RequestTemplates` or `ResponseTemplates` */
  constructor(
    readonly templateKey: string,
    readonly position: Position,
    reason: string,
    options?: ErrorOptions,
  ) {
    const place = `template '${templateKey}', line ${position.line}, column ${position.column}`;
    super(`${place}: ${shortened(reason, MAX_REASON_LENGTH)}`, options);
  }
}

/** Characters: the reason may contain names, patterns and paths from the template, and is logged for each message. */
const MAX_REASON_LENGTH = 500;

export function shortened(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`;
}
