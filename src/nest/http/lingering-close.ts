import { type Socket } from 'node:net';

/**
 * Closes a connection on which the client may still be sending, so that it can read its last response first.
 *
 * Closed at once, with bytes that nobody has read, the kernel resets the connection, and the client may lose a response
 * that it has already received. So the sending half is closed, and what still arrives is dropped until the client closes
 * its half too, for at most {@link LINGER_MS}.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
export function closeLingering(socket: Socket): void {
  if (socket.writableEnded) return;
  socket.end();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(timer));
}

/** Lets Node close it in this way after a last response, for which it calls `destroySoon`. */
export function lingerOnClose(socket: Socket): void {
  socket.destroySoon = () => closeLingering(socket);
}

const LINGER_MS = 1_000;
