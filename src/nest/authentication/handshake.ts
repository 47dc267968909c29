/** What the request to `/connect` says about the identity of a client. Nothing of it is verified. */
export interface Handshake {
  /** The header `UserId`, which API Gateway maps from the result of its authorizer. */
  readonly userId: string | undefined;
  /** The tokens that the client has sent, in the query string and as sub-protocols. */
  readonly tokens: readonly string[];
}
