/** A mapping that was accepted and yet gives nothing that can be sent: the client is told `Internal server error`. */
export class MappingFailedError extends Error {
  override readonly name = 'MappingFailedError';
}
