/** A valid mapping whose result cannot be sent: the client receives `Internal server error`. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
}

/** A parameter of an AWS service's action has no value, or not the one that it needs. The text is AWS's (H7.05). */
export class UnresolvedPropertyError extends MappingError {
  /** @param source as it was written */
  constructor(property: string, source: string) {
    super(`Unable to resolve property ${property} from source ${source}`);
  }
}

/** No key of a request template matches, and `PassthroughBehavior` does not pass the message through. */
export class UnsupportedMediaTypeError extends Error {
  override readonly name = 'UnsupportedMediaTypeError';
}
