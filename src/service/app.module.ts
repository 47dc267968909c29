import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { type Logger } from 'pino';
import { CallbackObserver } from './callback/callback-observer.js';
import { CallbackService } from './callback/callback.service.js';
import { ChannelsService } from './channels/channels.service.js';
import { FanOutService } from './channels/fan-out.service.js';
import { PendingShards } from './channels/pending-shards.js';
import { MemberNotices } from './channels/member-notices.js';
import { Permissions, PrefixPermissions } from './channels/permissions.js';
import { PresenceService } from './channels/presence.service.js';
import { ReplayService } from './channels/replay.service.js';
import { ShardWorker } from './channels/shard-worker.js';
import { Config } from './config.js';
import { ConnectionsService } from './connections/connections.service.js';
import { Sweep } from './connections/sweep.js';
import { type Extensions } from './extensions.js';
import { RequestLog } from './logging/request-log.js';
import { CUSTOM_ACTIONS, type CustomAction } from './messages/custom-action.js';
import { Dispatcher } from './messages/dispatcher.js';
import { JoinHandler } from './messages/join.handler.js';
import { LeaveHandler } from './messages/leave.handler.js';
import { PingHandler } from './messages/ping.handler.js';
import { PresenceHandler } from './messages/presence.handler.js';
import { PublishHandler } from './messages/publish.handler.js';
import { Metrics } from './metrics/metrics.js';
import { Authenticator, GatewayAuthenticator, NoAuthenticator } from './routes/authenticator.js';
import { ConnectController } from './routes/connect.controller.js';
import { DisconnectController } from './routes/disconnect.controller.js';
import { Draining } from './routes/draining.js';
import { ErrorFilter } from './routes/error.filter.js';
import { HealthController } from './routes/health.controller.js';
import { JwtAuthenticator } from './routes/jwt.authenticator.js';
import { MessageController } from './routes/message.controller.js';
import { MetricsController } from './routes/metrics.controller.js';
import { openStore } from './store/open-store.js';
import { Store } from './store/store.js';
import { NoTracing, Tracing } from './tracing/tracing.js';
import { callbackObserver, watchedStore } from './watch.js';

/** The service: its routes, and below them what they are built on. */
@Module({})
export class AppModule {
  static forRoot(config: Config, logger: Logger, extensions: Extensions = {}): DynamicModule {
    const { actions = [], permissions = PrefixPermissions } = extensions;
    return {
      module: AppModule,
      // for the publish API, which is built on the same parts
      global: true,
      exports: [Config, RequestLog, Store, Metrics, Tracing, ChannelsService, ConnectionsService],
      imports: [
        TerminusModule.forRoot({ logger: false }),
        ...(config.publishApi.keys.length > 0 ? [publishApi()] : []),
      ],
      controllers: [
        ConnectController,
        DisconnectController,
        MessageController,
        HealthController,
        MetricsController,
      ],
      providers: [
        { provide: Config, useValue: config },
        { provide: RequestLog, useValue: new RequestLog(logger) },
        Metrics,
        Draining,
        { provide: Tracing, useFactory: () => openTracing(config, logger) },
        { provide: APP_FILTER, useClass: ErrorFilter },
        { provide: Authenticator, useValue: authenticatorFor(config, logger) },
        Dispatcher,
        PingHandler,
        JoinHandler,
        LeaveHandler,
        PublishHandler,
        PresenceHandler,
        ...actions,
        {
          provide: CUSTOM_ACTIONS,
          useFactory: (...made: CustomAction[]) => made,
          inject: [...actions],
        },
        { provide: Permissions, useClass: permissions },
        ChannelsService,
        ReplayService,
        MemberNotices,
        FanOutService,
        PendingShards,
        // its log is not that of a request
        {
          provide: ShardWorker,
          useFactory: (store: Store, connections: ConnectionsService) =>
            new ShardWorker(store, connections, config, logger),
          inject: [Store, ConnectionsService],
        },
        PresenceService,
        ConnectionsService,
        {
          provide: Sweep,
          useFactory: (store: Store, connections: ConnectionsService, metrics: Metrics) =>
            new Sweep(store, connections, config.operation, metrics, logger),
          inject: [Store, ConnectionsService, Metrics],
        },
        CallbackService,
        {
          provide: CallbackObserver,
          useFactory: (metrics: Metrics) => callbackObserver(metrics, logger),
          inject: [Metrics],
        },
        {
          provide: Store,
          useFactory: async (metrics: Metrics, tracing: Tracing) =>
            watchedStore(await openStore(config), metrics, tracing),
          inject: [Metrics, Tracing],
        },
      ],
    };
  }
}

/** Loaded only where it is asked for. */
async function openTracing({ operation: { tracing } }: Config, log: Logger): Promise<Tracing> {
  if (tracing === undefined) return new NoTracing();
  const { OtlpTracing } = await import('./tracing/otlp-tracing.js');
  return new OtlpTracing(tracing, log);
}

/** Loaded only where it is served: with what describes it, it takes a tenth of a second. */
async function publishApi(): Promise<DynamicModule> {
  const { PublishApiModule } = await import('./publish-api/publish-api.module.js');
  return { module: PublishApiModule };
}

function authenticatorFor({ authentication }: Config, log: Logger): Authenticator {
  switch (authentication.kind) {
    case 'none':
      return new NoAuthenticator();
    case 'authorizer':
      return new GatewayAuthenticator();
    case 'jwt':
      return new JwtAuthenticator(authentication, log);
  }
  return authentication satisfies never;
}
