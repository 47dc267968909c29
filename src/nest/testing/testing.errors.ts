/** The service has refused a handshake: the promise of `connect` rejects with it. */
export class HandshakeRefusedError extends Error {
  override readonly name = 'HandshakeRefusedError';

  /**
   * @param status of the response to `$connect`, which the client of API Gateway gets as the status of its handshake
   * @param body of that response
   */
  constructor(
    readonly status: number,
    readonly body: string,
  ) {
    super(`the service has refused the handshake with ${status}: ${body}`);
  }
}

/** No message came: in time, or before the connection was closed. The message of the error has what was sent and received. */
export class NoMessageError extends Error {
  override readonly name = 'NoMessageError';
}
