import { type ConnectionId } from '../../api/integration.js';

/** The connection is not in the store, or its user is not known although connections are authenticated. */
export class UnknownConnectionError extends Error {
  override readonly name = 'UnknownConnectionError';

  constructor(connectionId: ConnectionId) {
    super(`connection ${connectionId} is not known`);
  }
}
