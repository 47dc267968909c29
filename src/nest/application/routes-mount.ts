import { Inject, Injectable, type OnModuleInit, type Type, type ValueProvider } from '@nestjs/common';
import { HttpAdapterHost, ModuleRef, ModulesContainer } from '@nestjs/core';
import { type FastifyInstance } from 'fastify';
import { type Logger } from 'pino';
import { QUOTAS } from '../../api/quotas.js';
import { AuthenticationModule } from '../authentication/authentication.module.js';
import { CallbackModule } from '../callback/callback.module.js';
import { CallbackService } from '../callback/callback.service.js';
import { ChannelsModule } from '../channels/channels.module.js';
import { ConfigError } from '../config/config.errors.js';
import { Config } from '../config/config.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { checkHeaders } from '../http/check-headers.js';
import { readBodiesLater, RequestBodies } from '../http/request-body.js';
import { isLoopback } from '../loopback.js';
import { LazyLogger } from '../logging/lazy-logger.js';
import { PROCESS_LOGGER, requestFields } from '../logging/logger.js';
import { RequestLog } from '../logging/request-log.js';
import { MessagesModule } from '../messages/messages.module.js';
import { countRequests } from '../metrics/count-requests.js';
import { Metrics } from '../metrics/metrics.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { Draining } from '../operation/draining.js';
import { closeAfterLastCallback, closeAfterLastResponse } from '../operation/graceful-shutdown.js';
import { InFlight } from '../operation/in-flight.js';
import { OperationModule } from '../operation/operation.module.js';
import { type Features } from '../options/features.js';
import { StoreModule } from '../store/store.module.js';
import type { OtlpTracing } from '../tracing/otlp-tracing.js';
import { Tracing } from '../tracing/tracing.js';
import { TracingModule } from '../tracing/tracing.module.js';
import { FASTIFY_OPTIONS } from './fastify-options.js';
import { addRoutes } from './routes-application.js';
import { SettingsModule } from './settings.module.js';

/** The Nest token of the {@link Features}. */
export const FEATURES = Symbol('BACKCHANNEL_FEATURES');

/** The modules of which the controllers of the routes can inject what is exported. */
const PARTS: readonly unknown[] = [
  SettingsModule,
  AuthenticationModule,
  MessagesModule,
  ChannelsModule,
  ConnectionsModule,
  CallbackModule,
  StoreModule,
  OperationModule,
  MetricsModule,
  TracingModule,
] satisfies readonly Type[];

/** Mounts the routes of the module in a scope of the application's Fastify server, with content types and hooks of its own. */
@Injectable()
export class RoutesMount implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly modules: ModulesContainer,
    private readonly moduleRef: ModuleRef,
    private readonly config: Config,
    private readonly log: RequestLog,
    private readonly metrics: Metrics,
    private readonly tracing: Tracing,
    private readonly callback: CallbackService,
    private readonly draining: Draining,
    private readonly inFlight: InFlight,
    private readonly bodies: RequestBodies,
    @Inject(PROCESS_LOGGER) private readonly logger: Logger,
    @Inject(FEATURES) private readonly features: Features,
  ) {}

  /** @throws {ConfigError} the application runs on express */
  async onModuleInit(): Promise<void> {
    // no server in NestFactory.createApplicationContext: it can send to clients
    const { httpAdapter } = this.host as { readonly httpAdapter?: HttpAdapterHost['httpAdapter'] };
    if (!httpAdapter) return;
    if (httpAdapter.getType() !== 'fastify') throw new ConfigError([NOT_FASTIFY]);
    const fastify = httpAdapter.getInstance<FastifyInstance>();
    this.#checkKeepAlive(fastify);
    closeAfterLastResponse(fastify, this.draining, this.inFlight, this.bodies);
    closeAfterLastCallback(fastify, this.callback);
    let failure: unknown;
    await fastify.register(async (scope) => {
      try {
        await this.#mount(scope);
      } catch (error) {
        failure = error;
      }
    });
    if (failure !== undefined) throw failure;
  }

  /** A request that meets a closing connection fails, and so does the client's message: the cause is hard to find later. */
  #checkKeepAlive({ server: { keepAliveTimeout } }: FastifyInstance): void {
    const { keepAliveTimeout: needed } = FASTIFY_OPTIONS;
    if (keepAliveTimeout === 0 || keepAliveTimeout >= needed) return;
    if (isLoopback(new URL(this.config.wsApiEndpoint).hostname)) return;
    this.log.warn(
      { keepAliveTimeout, needed },
      'connections of the load balancer are closed too early: use new FastifyAdapter(FASTIFY_OPTIONS)',
    );
  }

  async #mount(scope: FastifyInstance): Promise<void> {
    readBodiesLater(scope, this.bodies);
    // Nest passes on a route's own limit only in `config`
    scope.addHook('onRoute', (route) => {
      const { bodyLimit } = (route.config ?? {}) as { readonly bodyLimit?: number };
      route.bodyLimit = bodyLimit ?? QUOTAS.messageBytes;
    });
    scope.addHook('onRequest', (request, { raw: response }, done) => {
      this.inFlight.own.add(response);
      request.log = new LazyLogger(this.logger, () => requestFields(request.raw.headers));
      done();
    });
    checkHeaders(scope);
    countRequests(scope, this.metrics);
    // the last hook before the handler: reading the body runs in a context of its own
    scope.addHook('preHandler', (request, _reply, done) => this.log.within(request, done));
    if (this.tracing.isOn) {
      const { traceRequests } = await import('../tracing/trace-requests.js');
      traceRequests(scope, this.tracing as OtlpTracing);
    }
    const { config, features } = this;
    await addRoutes(scope, { config, features, providers: this.#instances() });
  }

  /** What the parts of the module export. */
  #instances(): readonly ValueProvider[] {
    const tokens = [...this.modules.values()]
      .filter(({ metatype }) => PARTS.includes(metatype))
      .flatMap(({ exports, providers }) => [...exports].filter((token) => providers.has(token)));
    return [...new Set(tokens)].map((provide) => ({
      provide,
      useValue: this.moduleRef.get<unknown>(provide, { strict: false }),
    }));
  }
}

const NOT_FASTIFY =
  'backchannel-nest needs @nestjs/platform-fastify: create the application with ' +
  'NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(FASTIFY_OPTIONS))';
