import { type Config } from '../../config/config.js';

/**
 * The most sockets of a client: one for each request in flight. Messages to one connection and messages to many have a
 * limit of `CALLBACK_CONCURRENCY` each. A request waits for its slot there, not for a socket, while its timeout would be
 * running already and a burst would look like an unreachable endpoint.
 */
export function socketsFor({ callbackConcurrency }: Config): number {
  return 2 * callbackConcurrency;
}
