/** Where in a template: both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A mapping template that cannot be read or evaluated. The client is told `Internal server error`; the rest is for the log. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';

  /** @param templateKey under which the template stands in `RequestTemplates` or `ResponseTemplates` */
  constructor(
    readonly templateKey: string,
    readonly position: Position,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`template '${templateKey}', line ${position.line}, column ${position.column}: ${reason}`, options);
  }
}
