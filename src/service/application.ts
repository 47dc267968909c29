import 'reflect-metadata';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { type Logger } from 'pino';
import { QUOTAS } from '../api/quotas.js';
import { AppModule } from './app.module.js';
import { type Config } from '../nest/config/config.js';
import { type Extensions } from './extensions.js';
import { NestLogger, requestFields } from '../nest/logging/logger.js';
import { LazyLogger } from '../nest/logging/lazy-logger.js';
import { RequestLog } from '../nest/logging/request-log.js';
import { CallbackService } from '../nest/callback/callback.service.js';
import { checkHeaders, closeUnlessRead } from '../nest/http/check-headers.js';
import { ClientErrors, leaveToApplication } from '../nest/http/client-errors.js';
import { closeAfterLastCallback, closeWithLastAnswer } from '../nest/operation/graceful-shutdown.js';
import { Draining } from '../nest/operation/draining.js';
import { sendProblem } from '../nest/http/error.filter.js';
import { RequestBodies, type UnreadBody } from '../nest/http/request-body.js';
import { Tracing } from '../nest/tracing/tracing.js';
import { instrument } from '../nest/operation/instrumentation.js';

/**
 * The application as it is shipped, ready but not listening. `main.ts` runs it, the tests run the same.
 *
 * @throws {ConfigError} the store cannot be opened, or there are no credentials for callbacks
 */
export async function createApplication(
  config: Config,
  logger: Logger,
  extensions?: Extensions,
): Promise<NestFastifyApplication> {
  const inFlight = new Set<ServerResponse>();
  const bodies = new RequestBodies();
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(config, logger, extensions),
    fastifyAdapter(logger, inFlight, bodies),
    {
      bodyParser: false,
      logger: new NestLogger(logger),
      // main.ts reports what fails here; Nest would log it as well, were its log not held back until all went well
      abortOnError: false,
      bufferLogs: true,
      autoFlushLogs: false,
    },
  );
  app.flushLogs();
  const fastify = app.getHttpAdapter().getInstance();
  closeWithLastAnswer(fastify, app.get(Draining), inFlight, bodies);
  closeAfterLastCallback(fastify, app.get(CallbackService));
  instrument(app);
  checkHeaders(fastify);
  const log = app.get(RequestLog);
  // the last hook before the handler: what reads the body runs in its own context
  fastify.addHook('preHandler', (request, _reply, done) => log.within(request, done));
  if (config.operation.tracing) {
    const { traceRequests } = await import('../nest/tracing/trace-requests.js');
    traceRequests(fastify, app.get(Tracing));
  }
  if (config.backendApi.keys.length > 0) {
    const { serveOpenApi } = await import('../nest/backend-api/open-api.js');
    serveOpenApi(app);
  }
  try {
    return await app.init();
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** @returns the URL where it listens now */
export async function listen(app: NestFastifyApplication, { host, port }: Config): Promise<string> {
  // Fastify's listen, because Nest's logs a port in use as an error of its own before it rejects
  return app.getHttpAdapter().getInstance().listen({ host, port });
}

function fastifyAdapter(
  logger: Logger,
  inFlight: Set<ServerResponse>,
  bodies: RequestBodies,
): FastifyAdapter {
  const clientErrors = new ClientErrors(logger, inFlight, bodies);
  const adapter = new FastifyAdapter({
    bodyLimit: QUOTAS.messageBytes,
    keepAliveTimeout: KEEP_ALIVE_MS,
    routerOptions: { maxParamLength: SEGMENT_LENGTH },
    // what still comes over an open connection is served: a frame that API Gateway has taken is not sent again
    return503OnClosing: false,
    // Fastify's own lines from warn on, and none for each request; a request's logger logs at every level
    loggerInstance: logger.child({}, { level: logger.isLevelEnabled('warn') ? 'warn' : logger.level }),
    logController: new LogController({ disableRequestLogging: true }),
    // a URL that no router can read meets this, and not Nest
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      closeUnlessRead(request, reply);
      sendProblem(error, request, reply);
    },
    // Fastify's type has the packet as it would be in JSON
    clientErrorHandler: (error, socket) => clientErrors.handle(error as Error, socket),
    // checked by `checkHeaders`, with a problem
    http: { requireHostHeader: false },
    childLoggerFactory: (
      _logger: unknown,
      _bindings: unknown,
      _options: unknown,
      { headers }: IncomingMessage,
    ) => new LazyLogger(logger, () => requestFields(headers)),
  });
  const fastify = adapter.getInstance();
  fastify.server.on('connect', (request, socket) => clientErrors.refuseConnect(request, socket as Socket));
  leaveToApplication(fastify.server, bodies);
  // API Gateway says application/json of every frame, whatever is in it: each body is text, unmodified. It is read by
  // the route that needs it, after its guards.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (request, _stream, done) => {
    const unread: UnreadBody = () => bodies.read(request);
    done(null, unread);
  });
  // Nest hands a route's own limit on only in this way
  fastify.addHook('onRoute', (route) => {
    const { bodyLimit } = (route.config ?? {}) as { readonly bodyLimit?: number };
    if (bodyLimit !== undefined) route.bodyLimit = bodyLimit;
  });
  return adapter;
}

/**
 * A Network Load Balancer forgets an idle connection after 350 s (TLS listeners always, TCP listeners by default).
 * Whoever closes first must not be us, or a request of API Gateway may meet a connection that is just being closed.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html
 */
const KEEP_ALIVE_MS = 360_000;

/** Characters of a segment of a path, percent-encoded: a user's id has up to 256, each up to 12. */
const SEGMENT_LENGTH = 12 * QUOTAS.userIdLength;
