import { type FastifyInstance } from 'fastify';
import { type Metrics } from './metrics.js';

/** Counts each request to this server, or scope. */
export function countRequests(fastify: FastifyInstance, metrics: Metrics): void {
  // a scope inherits the hooks of its server
  if (fastify.hasDecorator(COUNTED)) return;
  fastify.decorate(COUNTED, true);
  fastify.addHook('onResponse', (request, reply, done) => {
    const { url = 'none' } = request.routeOptions;
    metrics.requestCompleted(url, reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
}

const COUNTED = 'backchannelCountsRequests';
