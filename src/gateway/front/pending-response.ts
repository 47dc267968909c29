import { type ServerResponse } from 'node:http';
import { type Duplex } from 'node:stream';

/**
 * The response that is in flight on a socket. Node's own error handler reads the same field (lib/_http_server.js,
 * socketOnError); a set of our own would cost an entry for each request.
 */
export function pendingResponse(socket: Duplex): ServerResponse | undefined {
  const { _httpMessage: response } = socket as { readonly _httpMessage?: ServerResponse | null };
  return response ?? undefined;
}

/** Waits until the responses to all earlier requests of the socket are sent. Does not call back if the client leaves. */
export function afterPendingResponses(socket: Duplex, callback: () => void): void {
  const response = pendingResponse(socket);
  // Node's own listener for this event runs first and puts the next response in place
  if (response) response.once('finish', () => afterPendingResponses(socket, callback));
  else callback();
}
