import { type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FastifyInstance } from 'fastify';
import { type CallbackService } from '../callback/callback.service.js';
import { type RequestBodies } from '../http/request-body.js';
import { type Draining } from './draining.js';
import { type InFlight } from './in-flight.js';

/**
 * Graceful shutdown: drains client connections, then closes after the last response in flight.
 *
 * While the task drains, each response closes its connection: load balancers keep connections to a task that is not
 * ready, and a caller whose request meets a closing connection cannot know whether it was handled.
 *
 * A closing server closes connections without a request at once. Node would wait until a connection that has carried a
 * request has been idle for the keep-alive time, and a minute for one that has carried none, such as a load balancer's.
 * It waits only a moment for a body that does not arrive, and for a client that does not read its response.
 *
 * @param inFlight is filled here with the responses of all routes that are not finished
 */
export function closeAfterLastResponse(
  fastify: FastifyInstance,
  draining: Draining,
  inFlight: InFlight,
  bodies: RequestBodies,
): void {
  let isClosing = false;
  const closeConnections = () => {
    if (isClosing && inFlight.size === 0) fastify.server.closeAllConnections();
  };
  const makeLast = (response: ServerResponse) => {
    if (!response.headersSent) response.setHeader('connection', 'close');
  };

  fastify.addHook('onRequest', (_request, { raw: response }, next) => {
    if (draining.isDraining) makeLast(response);
    inFlight.add(response);
    response.once('close', () => {
      inFlight.delete(response);
      inFlight.own.delete(response);
      closeConnections();
    });
    next();
  });

  fastify.addHook('preClose', (next) => {
    isClosing = true;
    for (const response of inFlight) makeLast(response);
    bodies.hurry();
    const unread = setInterval(closeUnread, UNREAD_CHECK_MS, inFlight.own, new WeakSet()).unref();
    fastify.server.once('close', () => clearInterval(unread));
    // the server stops listening right after this hook
    setImmediate(closeConnections);
    next();
  });
}

/**
 * Closes the connections of responses of the module that had begun at the last check already: each is complete when it
 * begins, or a file, so that only the client can be what it waits for.
 *
 * @param begun responses that had begun at the last check
 */
function closeUnread(own: ReadonlySet<ServerResponse>, begun: WeakSet<ServerResponse>): void {
  for (const response of own) {
    if (!response.headersSent) continue;
    if (begun.has(response)) response.socket?.destroy();
    begun.add(response);
  }
}

/** A client has once to twice this time to read its response. Callers are in the same network. */
const UNREAD_CHECK_MS = 1_000;

/**
 * Waits until callbacks for which no request waits are sent, such as the notice that a member has left, before
 * callbacks and the store close. Requests that wait for their callbacks have ended by then.
 */
export function closeAfterLastCallback(fastify: FastifyInstance, callback: CallbackService): void {
  fastify.addHook('onClose', async () => {
    const deadline = performance.now() + LAST_CALLBACKS_MS;
    while (callback.queuedMessages > 0 && performance.now() < deadline) await sleep(POLL_MS);
  });
}

const LAST_CALLBACKS_MS = 5_000;
const POLL_MS = 20;
