/** An open connection. */
export interface OpenConnection {
  readonly connectionId: string;
  readonly apiId: string;
  readonly stage: string;
  /** By the gateway's clock: ISO 8601. */
  readonly connectedAt: string;
  /** Of the last message in either direction. */
  readonly lastActiveAt: string;
  /** `closing`: the client has not yet responded to the close frame. */
  readonly state: 'open' | 'closing';
  readonly sourceIp: string;
  readonly userAgent?: string;
  /** The `principalId` of a Lambda authorizer, or the ARN that has signed the handshake. */
  readonly user?: string;
}
