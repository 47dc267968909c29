/** The backend's response after response mapping: to a handshake all of it is sent, to a message only its body. */
export interface MappedResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}
