import { type ConnectionId } from '../../api/integration.js';

/** A message came from a connection of which it is not known who is behind it. */
export class UnknownConnectionError extends Error {
  override readonly name = 'UnknownConnectionError';

  constructor(connectionId: ConnectionId) {
    super(`connection ${connectionId} is not known: connect again`);
  }
}
