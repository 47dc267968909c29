import { type ConnectionId } from '../../api/integration.js';

/** A connection that receives a message. */
export interface Recipient {
  readonly connectionId: ConnectionId;
  /** Whether the client accepts several messages in one frame. */
  readonly isBatched?: boolean | undefined;
}
