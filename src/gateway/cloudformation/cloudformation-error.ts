/** A place in a template; both numbers count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A template that CloudFormation would refuse, or that cannot be loaded. The message begins with file:line:column. */
export class CloudFormationError extends Error {
  override readonly name = 'CloudFormationError';

  /** @param reason the error without its place */
  constructor(
    fileName: string,
    readonly place: Place,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${fileName}:${place.line}:${place.column}: ${reason}`, options);
  }
}
