import { Inject, Injectable } from '@nestjs/common';
import { type FastifyInstance } from 'fastify';
import { type Logger } from 'pino';
import { QUOTAS } from '../../api/quotas.js';
import { checkHeaders } from '../http/check-headers.js';
import { readBodiesLater, RequestBodies } from '../http/request-body.js';
import { LazyLogger } from '../logging/lazy-logger.js';
import { PROCESS_LOGGER, requestFields } from '../logging/logger.js';
import { RequestLog } from '../logging/request-log.js';
import { countRequests } from '../metrics/count-requests.js';
import { Metrics } from '../metrics/metrics.js';
import { InFlight } from '../operation/in-flight.js';
import type { OtlpTracing } from '../tracing/otlp-tracing.js';
import { Tracing } from '../tracing/tracing.js';

/** What happens to a request of the module's routes before and after their controllers. */
@Injectable()
export class ScopeHooks {
  constructor(
    private readonly log: RequestLog,
    private readonly metrics: Metrics,
    private readonly tracing: Tracing,
    private readonly inFlight: InFlight,
    private readonly bodies: RequestBodies,
    @Inject(PROCESS_LOGGER) private readonly logger: Logger,
  ) {}

  /** Loads what the hooks need. @returns adds them to a scope */
  async load(): Promise<(scope: FastifyInstance) => void> {
    if (!this.tracing.isOn) return (scope) => this.#addTo(scope);
    const { traceRequests } = await import('../tracing/trace-requests.js');
    return (scope) => {
      this.#addTo(scope);
      traceRequests(scope, this.tracing as OtlpTracing);
    };
  }

  #addTo(scope: FastifyInstance): void {
    readBodiesLater(scope, this.bodies);
    // Nest passes on a route's own limit only in `config`
    scope.addHook('onRoute', (route) => {
      const { bodyLimit } = (route.config ?? {}) as { readonly bodyLimit?: number };
      route.bodyLimit = bodyLimit ?? QUOTAS.messageBytes;
    });
    scope.addHook('onRequest', (request, { raw: response }, done) => {
      this.inFlight.own.add(response);
      // the service's server has made one already
      if (!(request.log instanceof LazyLogger)) {
        request.log = new LazyLogger(this.logger, () => requestFields(request.raw.headers));
      }
      done();
    });
    checkHeaders(scope);
    countRequests(scope, this.metrics);
    // the last hook before the handler: reading the body runs in a context of its own
    scope.addHook('preHandler', (request, _reply, done) => this.log.within(request, done));
  }
}
