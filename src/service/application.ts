import 'reflect-metadata';
import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { type Logger } from 'pino';
import { QUOTAS } from '../api/quotas.js';
import { FASTIFY_OPTIONS } from '../nest/application/fastify-options.js';
import { type Config } from '../nest/config/config.js';
import { checkHeaders, closeUnlessRead } from '../nest/http/check-headers.js';
import { ClientErrors, passToApplication } from '../nest/http/client-errors.js';
import { sendProblem } from '../nest/http/error.filter.js';
import { readBodiesLater, RequestBodies } from '../nest/http/request-body.js';
import { LazyLogger } from '../nest/logging/lazy-logger.js';
import { NestLogger, requestFields } from '../nest/logging/logger.js';
import { countRequests } from '../nest/metrics/count-requests.js';
import { Metrics } from '../nest/metrics/metrics.js';
import { InFlight } from '../nest/operation/in-flight.js';
import { type BackchannelOptions } from '../nest/options/backchannel-options.js';
import type { OtlpTracing } from '../nest/tracing/otlp-tracing.js';
import { Tracing } from '../nest/tracing/tracing.js';
import { AppModule, type Extensions } from './app.module.js';

/**
 * Creates the application, ready but not listening. `run-service.ts` and the tests run the same.
 *
 * @throws {ConfigError} the store cannot be opened, or there are no credentials for callbacks
 */
export async function createApplication(
  options: BackchannelOptions & { readonly logger: Logger },
  extensions?: Extensions,
): Promise<NestFastifyApplication> {
  const { logger } = options;
  const clientErrors: { current?: ClientErrors } = {};
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(options, extensions),
    fastifyAdapter(logger, clientErrors),
    {
      bodyParser: false,
      logger: new NestLogger(logger),
      // run-service.ts reports a failed start; Nest would log it as well, so that its lines are held back until success
      abortOnError: false,
      bufferLogs: true,
      autoFlushLogs: false,
    },
  );
  app.flushLogs();
  const bodies = app.get(RequestBodies);
  clientErrors.current = new ClientErrors(logger, app.get(InFlight), bodies);
  // the hooks of the module, also for requests that no route serves
  const fastify = app.getHttpAdapter().getInstance();
  passToApplication(fastify.server, bodies);
  readBodiesLater(fastify, bodies);
  checkHeaders(fastify);
  countRequests(fastify, app.get(Metrics));
  const tracing = app.get(Tracing);
  if (tracing.isOn) {
    const { traceRequests } = await import('../nest/tracing/trace-requests.js');
    traceRequests(fastify, tracing as OtlpTracing);
  }
  try {
    return await app.init();
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** @returns the URL where it listens */
export async function listen(
  app: NestFastifyApplication,
  { host, port }: Pick<Config, 'host' | 'port'>,
): Promise<string> {
  // not Nest's listen, which logs a port in use before it rejects
  return app.getHttpAdapter().getInstance().listen({ host, port });
}

function fastifyAdapter(logger: Logger, clientErrors: { readonly current?: ClientErrors }): FastifyAdapter {
  const adapter = new FastifyAdapter({
    ...FASTIFY_OPTIONS,
    bodyLimit: QUOTAS.messageBytes,
    // Fastify's own lines from warn on, and none per request; the logger of a request logs at every level
    loggerInstance: logger.child({}, { level: logger.isLevelEnabled('warn') ? 'warn' : logger.level }),
    logController: new LogController({ disableRequestLogging: true }),
    // called, instead of Nest, for a URL that the router cannot parse
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      closeUnlessRead(request, reply);
      sendProblem(error, request, reply);
    },
    // Fastify types the error's packet as its JSON form
    clientErrorHandler: (error, socket) => clientErrors.current?.handle(error as Error, socket),
    // checked by `checkHeaders`, with a problem
    http: { requireHostHeader: false },
    childLoggerFactory: (
      _logger: unknown,
      _bindings: unknown,
      _options: unknown,
      { headers }: IncomingMessage,
    ) => new LazyLogger(logger, () => requestFields(headers)),
  });
  const { server } = adapter.getInstance<FastifyInstance>();
  server.on('connect', (request, socket) => clientErrors.current?.refuseConnect(request, socket as Socket));
  return adapter;
}
