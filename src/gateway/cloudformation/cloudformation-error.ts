/** Line and column in a template, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A template that CloudFormation would not take, or that cannot be loaded; the message begins with file:line:column. */
export class CloudFormationError extends Error {
  override readonly name = 'CloudFormationError';

  /** @param reason what is wrong, without the place */
  constructor(
    fileName: string,
    readonly place: Place,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${fileName}:${place.line}:${place.column}: ${reason}`, options);
  }
}

/** The control plane refused one of the resources, as AWS would. */
export class ResourceRefusedError extends CloudFormationError {
  constructor(
    fileName: string,
    place: Place,
    readonly logicalId: string,
    reason: string,
    options: ErrorOptions,
  ) {
    super(fileName, place, reason, options);
  }
}
