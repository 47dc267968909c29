/** The response of an integration's backend, whatever its type; not AWS's integration response, which maps it. */
export interface BackendResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  /** `errorMessage` of a failed function behind an `AWS` integration: selects the integration response. */
  readonly errorMessage?: string;
  /** The id of a function's invocation. */
  readonly invocationId?: string;
}
