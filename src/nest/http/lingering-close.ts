import { type Socket } from 'node:net';

/**
 * Closes a connection on which the client may still be sending, so that it can read its last response first.
 *
 * If a socket is closed with unread bytes, the kernel resets the connection, and the client may lose a response that it
 * has already received. Therefore this closes the sending half and drops what still arrives, until the client closes
 * its half or {@link LINGER_MS} are over.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
export function closeLingering(socket: Socket): void {
  if (socket.writableEnded) return;
  socket.end();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(timer));
}

/** Makes Node, which calls `destroySoon` after the last response, close the connection with {@link closeLingering}. */
export function lingerOnClose(socket: Socket): void {
  socket.destroySoon = () => closeLingering(socket);
}

const LINGER_MS = 1_000;
