import { type DynamicModule, Module } from '@nestjs/common';
import { AuthenticationModule } from '../authentication/authentication.module.js';
import { CallbackModule } from '../callback/callback.module.js';
import { Channels } from '../channels/channels.js';
import { ChannelsModule } from '../channels/channels.module.js';
import { PermissionsModule } from '../channels/permissions.module.js';
import { PrefixPermissions } from '../channels/permissions.js';
import { WITHOUT_CHANNELS } from '../channels/without-channels.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { BuiltInActionsModule } from '../messages/built-in-actions.module.js';
import { LifecycleModule } from '../lifecycle/lifecycle.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { Instrumentation } from '../operation/instrumentation.js';
import { OperationModule } from '../operation/operation.module.js';
import { type BackchannelOptions } from '../options/backchannel-options.js';
import { readFeatures } from '../options/features.js';
import { StoreModule } from '../store/store.module.js';
import { TracingModule } from '../tracing/tracing.module.js';
import { FastifyHost } from './fastify-host.js';
import { type BackchannelAsyncOptions } from './options-source.js';
import { FEATURES, RoutesMount } from './routes-mount.js';
import { ScopeHooks } from './scope-hooks.js';
import { ServerShutdown } from './server-shutdown.js';
import { type Internals, SettingsModule } from './settings.module.js';

/**
 * What an application needs behind an API Gateway WebSocket API. Import it once, in the root module: every module can then
 * inject `Connections` and `Channels`, and handle messages with `@OnMessage`.
 *
 * It serves `/connect`, `/message` and `/disconnect` below the option `path`, with guards, body parser and errors of its
 * own; docs/nest.md says what of the application applies to them.
 */
@Module({})
export class BackchannelModule {
  /** Wrong options stop the start of the application with a {@link ConfigError}, which names them all. */
  static forRoot(options: BackchannelOptions): DynamicModule {
    const { imports, features, permissions, ...rest } = options;
    return assembleModule({ imports, features, permissions, useFactory: () => rest });
  }

  /** As {@link BackchannelModule.forRoot}, with options that a factory returns, for example from a service of settings. */
  static forRootAsync(options: BackchannelAsyncOptions): DynamicModule {
    return assembleModule(options);
  }
}

/** The module, for applications, and with {@link Internals} for the ready service. */
export function assembleModule(source: BackchannelAsyncOptions, internals: Internals = {}): DynamicModule {
  const { features, problems } = readFeatures(source);
  return {
    module: BackchannelModule,
    global: true,
    imports: [
      SettingsModule.forSource(source, features, problems, internals),
      ConnectionsModule,
      MessagesModule,
      LifecycleModule,
      AuthenticationModule,
      OperationModule,
      MetricsModule,
      TracingModule,
      CallbackModule,
      StoreModule,
      ...(features.channels
        ? [
            PermissionsModule.forRoot(source.permissions ?? PrefixPermissions, source.imports),
            ChannelsModule,
            BuiltInActionsModule,
          ]
        : []),
    ],
    providers: [
      { provide: FEATURES, useValue: features },
      FastifyHost,
      ServerShutdown,
      ScopeHooks,
      RoutesMount,
      Instrumentation,
      ...(features.channels ? [] : [WITHOUT_CHANNELS]),
    ],
    exports: [ConnectionsModule, OperationModule, ...(features.channels ? [ChannelsModule] : [Channels])],
  };
}
