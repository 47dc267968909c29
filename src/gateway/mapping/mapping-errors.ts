/** A valid mapping whose result cannot be sent: the client receives `Internal server error`. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
}

/** No key of a request template matches, and `PassthroughBehavior` does not pass the message through. */
export class UnsupportedMediaTypeError extends Error {
  override readonly name = 'UnsupportedMediaTypeError';
}
