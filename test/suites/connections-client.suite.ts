import { describe } from 'vitest';
import { type Config } from '../../src/nest/config/config.js';
import { startClient, type StartClient } from './connections-client/client-under-test.js';
import { clockSuite } from './connections-client/clock.suite.js';
import { credentialsSuite } from './connections-client/credentials.suite.js';
import { errorsSuite } from './connections-client/errors.suite.js';
import { operationsSuite } from './connections-client/operations.suite.js';
import { socketsSuite } from './connections-client/sockets.suite.js';

/** Checks the contract of `connections-client.ts` for one value of `CALLBACK_CLIENT`. */
export function connectionsClientSuite(kind: Config['callbackClient']): void {
  const start: StartClient = (...endpoint) => startClient(kind, ...endpoint);
  describe(`the ${kind} client`, () => {
    for (const suite of [operationsSuite, errorsSuite, socketsSuite, clockSuite, credentialsSuite])
      suite(start);
  });
}
