/** The store's server cannot be reached, does not answer in time, or is not ready: trying again later helps. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}
