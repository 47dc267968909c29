import { type ConnectionId } from '../../../api/integration.js';
import { type PostBody } from './post-body.js';

/** What API Gateway knows of an open connection, in milliseconds since 1970. */
export interface ConnectionTimes {
  readonly connectedAt: number;
  readonly lastActiveAt: number;
}

/**
 * The operations of `@connections`. Each is one attempt, or two if API Gateway has refused the first one because the
 * clock of this machine is wrong. `CALLBACK_CLIENT` selects the implementation, and
 * `test/suites/connections-client.suite.ts` is the contract of both.
 *
 * Every operation rejects with a {@link CallbackError}. Its timeout is in milliseconds, until the response is complete.
 */
export abstract class ConnectionsClient {
  /** PostToConnection. */
  abstract post(connectionId: ConnectionId, body: PostBody, timeoutMs: number): Promise<void>;

  /** GetConnection. */
  abstract get(connectionId: ConnectionId, timeoutMs: number): Promise<ConnectionTimes>;

  /** DeleteConnection. */
  abstract delete(connectionId: ConnectionId, timeoutMs: number): Promise<void>;

  /** Aborts the requests in flight. */
  abstract close(): void;
}
