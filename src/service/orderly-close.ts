import { type ServerResponse } from 'node:http';
import { type FastifyInstance } from 'fastify';

/**
 * Lets a closing server end with its last answer. Node would wait for every connection to end by itself: one that
 * carried a request when closing began until it has been idle for the keep-alive time, one that never carried any,
 * such as a load balancer's, for a minute.
 */
export function closeWithLastAnswer(fastify: FastifyInstance): void {
  const unanswered = new Set<ServerResponse>();
  let isClosing = false;
  const closeConnections = () => {
    if (isClosing && unanswered.size === 0) fastify.server.closeAllConnections();
  };

  fastify.addHook('onRequest', (_request, { raw: response }, next) => {
    unanswered.add(response);
    response.once('close', () => {
      unanswered.delete(response);
      closeConnections();
    });
    next();
  });

  fastify.addHook('preClose', (next) => {
    isClosing = true;
    for (const response of unanswered) if (!response.headersSent) response.setHeader('connection', 'close');
    // once nothing can connect any more, which is right after this hook
    setImmediate(closeConnections);
    next();
  });
}
