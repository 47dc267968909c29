/** The HTTP API for other backends. Without a key it is not served. */
export interface BackendApiSettings {
  /** `API_KEYS`: `name:key`, separated by commas. Several keys may have the same name during a rotation. */
  readonly keys: readonly ApiKey[];
  /** `IDEMPOTENCY_SECONDS`: how long the response to a request is kept for repetitions. */
  readonly idempotencyMs: number;
}

export interface ApiKey {
  /** Identifies the caller in the log. */
  readonly name: string;
  readonly key: string;
}
