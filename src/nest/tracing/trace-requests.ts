import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { HEADERS } from '../../api/integration.js';
import { type OtlpTracing, type RequestSpan } from './otlp-tracing.js';
import { type SpanAttributes } from './tracing.js';

/** Asked every few seconds, by load balancers and Prometheus. */
const POLLED = new Set(['/health/live', '/health/ready', '/metrics']);

/** Traces each request to this server, or scope, in a span of its own, without those that only poll. */
export function traceRequests(fastify: FastifyInstance, tracing: OtlpTracing): void {
  // a scope inherits the hooks of its server
  if (fastify.hasDecorator(TRACED)) return;
  fastify.decorate(TRACED, true);
  const spans = new WeakMap<FastifyRequest, RequestSpan>();

  fastify.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    if (!POLLED.has(route)) {
      const { method } = request;
      const traceParent = single(request, 'traceparent');
      spans.set(request, tracing.request({ method, route, traceParent, attributes: attributesOf(request) }));
    }
    done();
  });
  // the last hook before the handler, because reading the body runs in a context of its own
  fastify.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request);
    if (span === undefined) done();
    else span.run(done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    spans.get(request)?.end(reply.statusCode);
    done();
  });
}

const TRACED = 'backchannelTracesRequests';

/** Ids only. The headers are unchecked here, so that only values in the form of an id are recorded. */
function attributesOf(request: FastifyRequest): SpanAttributes {
  const ids = {
    connectionId: single(request, HEADERS.connectionId.toLowerCase()),
    requestId: single(request, HEADERS.requestId.toLowerCase()),
    routeKey: single(request, HEADERS.routeKey.toLowerCase()),
    // AWS X-Ray's trace header, in a format of its own
    'aws.traceHeader': single(request, 'x-amzn-trace-id'),
  };
  return Object.fromEntries(
    Object.entries(ids).filter((entry): entry is [string, string] =>
      /^[\x21-\x7e]{1,256}$/.test(entry[1] ?? ''),
    ),
  );
}

function single({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
