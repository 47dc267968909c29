/** The store cannot be reached, does not respond in time, or is not ready. A later attempt may succeed. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}
