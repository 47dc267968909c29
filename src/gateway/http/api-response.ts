/** The response to a client of an HTTP API. */
export interface ApiResponse {
  readonly status: number;
  /** Flat list: name in lower case, value, …; without those of the connection. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** Whether the gateway generated it, rather than an integration. */
  readonly isGatewayResponse: boolean;
}
