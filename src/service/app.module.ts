import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { type Logger } from 'pino';
import { CallbackObserver } from '../nest/callback/callback-observer.js';
import { CallbackService } from '../nest/callback/callback.service.js';
import { ChannelsService } from '../nest/channels/channels.service.js';
import { FanOutService } from '../nest/channels/fan-out/fan-out.service.js';
import { PendingShards } from '../nest/channels/fan-out/pending-shards.js';
import { MemberNotices } from '../nest/channels/member-notices.js';
import { Permissions, PrefixPermissions } from '../nest/channels/permissions.js';
import { PresenceService } from '../nest/channels/presence.service.js';
import { ReplayService } from '../nest/channels/replay/replay.service.js';
import { ShardWorker } from '../nest/channels/fan-out/shard-worker.js';
import { Config } from '../nest/config/config.js';
import { ConnectionsService } from '../nest/connections/connections.service.js';
import { Sweep } from '../nest/connections/sweep.js';
import { type Extensions } from './extensions.js';
import { RequestLog } from '../nest/logging/request-log.js';
import { CUSTOM_ACTIONS, type CustomAction } from '../nest/messages/custom-action.js';
import { Dispatcher } from '../nest/messages/dispatcher.js';
import { JoinHandler } from '../nest/messages/join.handler.js';
import { LeaveHandler } from '../nest/messages/leave.handler.js';
import { PingHandler } from '../nest/messages/ping.handler.js';
import { PresenceHandler } from '../nest/messages/presence.handler.js';
import { PublishHandler } from '../nest/messages/publish.handler.js';
import { Metrics } from '../nest/metrics/metrics.js';
import {
  Authenticator,
  GatewayAuthenticator,
  NoAuthenticator,
} from '../nest/authentication/authenticator.js';
import { ConnectController } from '../nest/routes/connect.controller.js';
import { DisconnectController } from '../nest/routes/disconnect.controller.js';
import { Draining } from '../nest/operation/draining.js';
import { ErrorFilter } from '../nest/http/error.filter.js';
import { HealthController } from '../nest/operation/health.controller.js';
import { JwtAuthenticator } from '../nest/authentication/jwt.authenticator.js';
import { MessageController } from '../nest/routes/message.controller.js';
import { MetricsController } from '../nest/metrics/metrics.controller.js';
import { openStore } from '../nest/store/open-store.js';
import { Store } from '../nest/store/store.js';
import { NoTracing, Tracing } from '../nest/tracing/tracing.js';
import { callbackObserver, watchedStore } from '../nest/operation/instrumentation.js';

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
        ...(config.backendApi.keys.length > 0 ? [publishApi()] : []),
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
        ShardWorker,
        PresenceService,
        ConnectionsService,
        Sweep,
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
  const { OtlpTracing } = await import('../nest/tracing/otlp-tracing.js');
  return new OtlpTracing(tracing, log);
}

/** Loaded only where it is served: with what describes it, it takes a tenth of a second. */
async function publishApi(): Promise<DynamicModule> {
  const { PublishApiModule } = await import('../nest/backend-api/backend-api.module.js');
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
