/** The HTTP API for other backends. Without a key it is not served. */
export interface BackendApiSettings {
  /**
   * `API_KEYS`: `name:key` separated by commas. A key has 32–256 characters of `A-Z a-z 0-9 . _ ~ + / = -`, its name
   * 1–64 letters, digits, `_` and `-`. Several keys may have the same name during a rotation. Default none.
   */
  readonly keys: readonly ApiKey[];
  /**
   * `IDEMPOTENCY_SECONDS`: how long the response to a request is kept for repetitions; 60–604800 s. Default 86400 s.
   */
  readonly idempotencyMs: number;
}

export interface ApiKey {
  /** Identifies the caller in the log. */
  readonly name: string;
  readonly key: string;
}
