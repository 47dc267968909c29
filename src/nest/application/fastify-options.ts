import { QUOTAS } from '../../api/quotas.js';

/**
 * Options of Fastify for a server behind a load balancer that API Gateway's VPC link calls:
 * `new FastifyAdapter(FASTIFY_OPTIONS)`, or `new FastifyAdapter({ ...FASTIFY_OPTIONS, … })`.
 */
export const FASTIFY_OPTIONS = {
  /**
   * A Network Load Balancer forgets an idle connection after 350 s (TLS listeners always, TCP listeners by default). The
   * server must not close it before, because a request of API Gateway could then meet a closing connection.
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html
   */
  keepAliveTimeout: 360_000,
  /** Requests on open connections are served also while closing: API Gateway does not repeat the request of a frame. */
  return503OnClosing: false,
  routerOptions: {
    /** Characters of a percent-encoded path segment: a user id has up to 256 characters, each up to 12 encoded. */
    maxParamLength: 12 * QUOTAS.userIdLength,
  },
};
