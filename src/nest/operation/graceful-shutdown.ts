import { type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FastifyInstance } from 'fastify';
import { type CallbackService } from '../callback/callback.service.js';
import { type Draining } from './draining.js';
import { type RequestBodies } from '../http/request-body.js';

/**
 * Lets a server that is about to stop lose its clients first, and end with its last answer.
 *
 * While it drains, each answer ends its connection: a load balancer keeps connections to a task that is not ready, and
 * whoever sends the next request over one, when it is just being closed, cannot know whether it was handled.
 *
 * A closing server does not wait for connections that carry nothing. Node would wait for every one to end by itself: one
 * that carried a request when closing began until it has been idle for the keep-alive time, one that never carried any,
 * such as a load balancer's, for a minute. Nor does it wait for long for a body that does not arrive.
 *
 * @param unanswered is filled here, with the responses that are not finished
 */
export function closeWithLastAnswer(
  fastify: FastifyInstance,
  draining: Draining,
  unanswered: Set<ServerResponse>,
  bodies: RequestBodies,
): void {
  let isClosing = false;
  const closeConnections = () => {
    if (isClosing && unanswered.size === 0) fastify.server.closeAllConnections();
  };
  const makeLast = (response: ServerResponse) => {
    if (!response.headersSent) response.setHeader('connection', 'close');
  };

  fastify.addHook('onRequest', (_request, { raw: response }, next) => {
    if (draining.isDraining) makeLast(response);
    unanswered.add(response);
    response.once('close', () => {
      unanswered.delete(response);
      closeConnections();
    });
    next();
  });

  fastify.addHook('preClose', (next) => {
    isClosing = true;
    for (const response of unanswered) makeLast(response);
    bodies.hurry();
    // once nothing can connect any more, which is right after this hook
    setImmediate(closeConnections);
    next();
  });
}

/**
 * Lets what nobody waits for be sent, such as the notice of a member who has left, before callbacks and the store close.
 * Requests that wait for their callbacks have ended by then.
 */
export function closeAfterLastCallback(fastify: FastifyInstance, callback: CallbackService): void {
  fastify.addHook('onClose', async () => {
    const deadline = performance.now() + LAST_CALLBACKS_MS;
    while (callback.queuedMessages > 0 && performance.now() < deadline) await sleep(LOOK_AGAIN_MS);
  });
}

const LAST_CALLBACKS_MS = 5_000;
const LOOK_AGAIN_MS = 20;
