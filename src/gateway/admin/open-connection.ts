/** An open connection. */
export interface OpenConnection {
  readonly connectionId: string;
  readonly apiId: string;
  readonly stage: string;
  /** By the gateway's clock: ISO 8601. */
  readonly connectedAt: string;
  /** Of the last message in either direction. */
  readonly lastActiveAt: string;
}
