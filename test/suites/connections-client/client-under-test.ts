import { type ConnectionId } from '../../../src/api/integration.js';
import { type CallbackOperation, type CallbackResult } from '../../../src/nest/callback/callback-observer.js';
import { createCallbackCredentials } from '../../../src/nest/callback/client/callback-credentials.js';
import { type ConnectionsClient } from '../../../src/nest/callback/client/connections-client.js';
import { createConnectionsClient } from '../../../src/nest/callback/client/create-connections-client.js';
import { PostBody } from '../../../src/nest/callback/client/post-body.js';
import { CONSTANTS } from '../../../src/nest/config/constants.js';
import { type Config } from '../../../src/nest/config/config.js';
import { readConfig } from '../../../src/nest/environment/read-config.js';
import { NO_OBSERVER } from '../../support/callback.js';

/** A client for one test. Disposing of it closes it. */
export interface ClientUnderTest extends Disposable {
  readonly client: ConnectionsClient;
  /** Every attempt that the client has reported. */
  readonly attempts: { operation: CallbackOperation; result: CallbackResult; durationMs: number }[];
  post(data?: string, timeoutMs?: number): Promise<void>;
}

/** @param url the callback endpoint */
export type StartClient = (
  url: string,
  settings?: NodeJS.ProcessEnv,
  connectTimeoutMs?: number,
) => ClientUnderTest;

/** With the `=` that ids end with, which must be escaped in a URL. */
export const id = 'L0SM9cOFvHcCIhw=' as ConnectionId;

/** Longer than any test takes. */
export const LONG_MS = 50_000;

export function startClient(
  kind: Config['callbackClient'],
  url: string,
  settings: NodeJS.ProcessEnv = {},
  // longer than on any busy machine
  connectTimeoutMs = 29_000,
): ClientUnderTest {
  const config = readConfig(
    { WS_API_ENDPOINT: url, CALLBACK_CLIENT: kind, ...settings },
    { ...CONSTANTS, connectTimeoutMs },
  );
  const attempts: ClientUnderTest['attempts'] = [];
  const observer = {
    ...NO_OBSERVER,
    attempted: (operation: CallbackOperation, result: CallbackResult, durationMs: number) =>
      void attempts.push({ operation, result, durationMs }),
  };
  const client = createConnectionsClient(config, createCallbackCredentials(config, observer), observer);
  return {
    client,
    attempts,
    post: (data = '{}', timeoutMs = LONG_MS) => client.post(id, new PostBody(data), timeoutMs),
    [Symbol.dispose]: () => client.close(),
  };
}

/** The error of a promise that should reject. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
