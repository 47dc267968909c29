import { Inject, Injectable, type OnModuleInit, type Type, type ValueProvider } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { AuthenticationModule } from '../authentication/authentication.module.js';
import { CallbackModule } from '../callback/callback.module.js';
import { ChannelsModule } from '../channels/channels.module.js';
import { Config } from '../config/config.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { LifecycleModule } from '../lifecycle/lifecycle.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { OperationModule } from '../operation/operation.module.js';
import { type Features } from '../options/features.js';
import { StoreModule } from '../store/store.module.js';
import { TracingModule } from '../tracing/tracing.module.js';
import { FastifyHost } from './fastify-host.js';
import { loadRoutes } from './routes-application.js';
import { ScopeHooks } from './scope-hooks.js';
import { SettingsModule } from './settings.module.js';

/** The Nest token of the {@link Features}. */
export const FEATURES = Symbol('BACKCHANNEL_FEATURES');

/** The modules of which the controllers of the routes can inject what is exported. */
const PARTS: readonly unknown[] = [
  SettingsModule,
  AuthenticationModule,
  MessagesModule,
  LifecycleModule,
  ChannelsModule,
  ConnectionsModule,
  CallbackModule,
  StoreModule,
  OperationModule,
  MetricsModule,
  TracingModule,
] satisfies readonly Type[];

/** Mounts the routes of the module in a scope of the application's Fastify server, with hooks and a body parser of its own. */
@Injectable()
export class RoutesMount implements OnModuleInit {
  constructor(
    private readonly host: FastifyHost,
    private readonly hooks: ScopeHooks,
    private readonly config: Config,
    private readonly modules: ModulesContainer,
    private readonly moduleRef: ModuleRef,
    @Inject(FEATURES) private readonly features: Features,
  ) {}

  /** @throws {ConfigError} a package that the routes need is not installed */
  async onModuleInit(): Promise<void> {
    const { server } = this.host;
    if (server === undefined) return;
    const { config, features } = this;
    const addRoutes = await loadRoutes({ config, features, providers: this.#instances() });
    const addHooks = await this.hooks.load();
    let failure: unknown;
    await server.register(async (scope) => {
      try {
        addHooks(scope);
        await addRoutes(scope);
      } catch (error) {
        // thrown below: Fastify reports an error of a plugin only when it is ready
        failure = error;
      }
    });
    if (failure !== undefined) throw failure;
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
