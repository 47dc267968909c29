import 'reflect-metadata';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { type Logger } from 'pino';
import { QUOTAS } from '../../api/quotas.js';
import { CallbackService } from '../callback/callback.service.js';
import { type Config } from '../config/config.js';
import { checkHeaders, closeUnlessRead } from '../http/check-headers.js';
import { ClientErrors, passToApplication } from '../http/client-errors.js';
import { sendProblem } from '../http/error.filter.js';
import { RequestBodies, type UnreadBody } from '../http/request-body.js';
import { LazyLogger } from '../logging/lazy-logger.js';
import { NestLogger, requestFields } from '../logging/logger.js';
import { RequestLog } from '../logging/request-log.js';
import { Draining } from '../operation/draining.js';
import { closeAfterLastCallback, closeAfterLastResponse } from '../operation/graceful-shutdown.js';
import { instrument } from '../operation/instrumentation.js';
import { Tracing } from '../tracing/tracing.js';
import { AppModule } from './app.module.js';
import { type Extensions } from './extensions.js';

/**
 * Creates the application, ready but not listening. `run-service.ts` and the tests run the same.
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
      // run-service.ts reports a failed start; Nest would log it as well, so that its lines are held back until success
      abortOnError: false,
      bufferLogs: true,
      autoFlushLogs: false,
    },
  );
  app.flushLogs();
  const fastify = app.getHttpAdapter().getInstance();
  closeAfterLastResponse(fastify, app.get(Draining), inFlight, bodies);
  closeAfterLastCallback(fastify, app.get(CallbackService));
  instrument(app);
  checkHeaders(fastify);
  const log = app.get(RequestLog);
  // the last hook before the handler: reading the body runs in a context of its own
  fastify.addHook('preHandler', (request, _reply, done) => log.within(request, done));
  if (config.operation.tracing) {
    const { traceRequests } = await import('../tracing/trace-requests.js');
    traceRequests(fastify, app.get(Tracing));
  }
  if (config.backendApi.keys.length > 0) {
    const { serveOpenApi } = await import('../backend-api/open-api.js');
    serveOpenApi(app);
  }
  try {
    return await app.init();
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** @returns the URL where it listens */
export async function listen(app: NestFastifyApplication, { host, port }: Config): Promise<string> {
  // not Nest's listen, which logs a port in use before it rejects
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
    // requests on open connections are served also while closing: API Gateway does not repeat the request of a frame
    return503OnClosing: false,
    // Fastify's own lines from warn on, and none per request; the logger of a request logs at every level
    loggerInstance: logger.child({}, { level: logger.isLevelEnabled('warn') ? 'warn' : logger.level }),
    logController: new LogController({ disableRequestLogging: true }),
    // called, instead of Nest, for a URL that the router cannot parse
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      closeUnlessRead(request, reply);
      sendProblem(error, request, reply);
    },
    // Fastify types the error's packet as its JSON form
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
  passToApplication(fastify.server, bodies);
  // API Gateway sends every frame as application/json, JSON or not: each body is unmodified text. The route that needs
  // it reads it, after its guards.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (request, _stream, done) => {
    const unread: UnreadBody = () => bodies.read(request);
    done(null, unread);
  });
  // Nest passes on a route's own limit only in `config`
  fastify.addHook('onRoute', (route) => {
    const { bodyLimit } = (route.config ?? {}) as { readonly bodyLimit?: number };
    if (bodyLimit !== undefined) route.bodyLimit = bodyLimit;
  });
  return adapter;
}

/**
 * A Network Load Balancer forgets an idle connection after 350 s (TLS listeners always, TCP listeners by default). The
 * service must not close it before, because a request of API Gateway could then meet a closing connection.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html
 */
const KEEP_ALIVE_MS = 360_000;

/** Characters of a percent-encoded path segment: a user id has up to 256 characters, each up to 12 encoded. */
const SEGMENT_LENGTH = 12 * QUOTAS.userIdLength;
