import { type IncomingHttpHeaders } from 'node:http';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { QUOTAS } from '../../api/quotas.js';
import { Problem } from './problem.js';
import { lingerOnClose } from './lingering-close.js';
import { bodyTooLarge } from './request-body.js';

/**
 * Refuses requests that no route could serve, by their headers and before the body is read. Does not wait for a body
 * that is unread when the response is sent, be it a refusal or the response of a route without a body.
 */
export function checkHeaders(fastify: FastifyInstance): void {
  // a scope inherits the hooks of its server
  if (fastify.hasDecorator(CHECKED)) return;
  fastify.decorate(CHECKED, true);
  fastify.addHook('onRequest', (request, reply, next) => {
    const { raw } = request;
    // Fastify's `inject` has no real socket
    if ('writable' in raw.socket && !raw.socket.writable) {
      // pipelined behind a request whose response closes this connection: no response could reach the client
      reply.hijack();
      raw.socket.destroy();
      return;
    }
    const { headers } = raw;
    if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue') {
      return next(new Problem('expectation_failed', 'expected Expect: 100-continue, or no Expect'));
    }
    if (headers.host === undefined && raw.httpVersion === '1.1') {
      return next(new Problem('bad_request', 'expected a Host header (RFC 9112, section 3.2)'));
    }
    // no route has a smaller limit
    if (Number(headers['content-length']) > QUOTAS.messageBytes) {
      const { bodyLimit } = request.routeOptions;
      if (Number(headers['content-length']) > bodyLimit) return next(bodyTooLarge(bodyLimit));
    }
    next();
  });
  fastify.addHook('onSend', (request, reply, payload, next) => {
    closeUnlessRead(request, reply);
    next(null, payload);
  });
}

const CHECKED = 'backchannelChecksHeaders';

/** Makes it the connection's last response if the request has a body that has not arrived completely. */
export function closeUnlessRead(
  { raw: { complete, headers, socket } }: FastifyRequest,
  reply: FastifyReply,
): void {
  if (complete || !hasBody(headers)) return;
  reply.header('connection', 'close');
  lingerOnClose(socket);
}

function hasBody({ 'content-length': length, 'transfer-encoding': coding }: IncomingHttpHeaders): boolean {
  return coding !== undefined || (length !== undefined && length !== '0');
}
