import { type DynamicModule, Module, RequestMethod } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { LoggerModule } from 'nestjs-pino';
import { type Logger } from 'pino';
import { CallbackService } from './callback/callback.service.js';
import { ChannelsService } from './channels/channels.service.js';
import { PresenceService } from './channels/presence.service.js';
import { Config } from './config.js';
import { ConnectionsService } from './connections/connections.service.js';
import { Dispatcher } from './messages/dispatcher.js';
import { JoinHandler } from './messages/join.handler.js';
import { LeaveHandler } from './messages/leave.handler.js';
import { PingHandler } from './messages/ping.handler.js';
import { PresenceHandler } from './messages/presence.handler.js';
import { PublishHandler } from './messages/publish.handler.js';
import { Authenticator, GatewayAuthenticator, NoAuthenticator } from './routes/authenticator.js';
import { ConnectController } from './routes/connect.controller.js';
import { DisconnectController } from './routes/disconnect.controller.js';
import { ErrorFilter } from './routes/error.filter.js';
import { HealthController } from './routes/health.controller.js';
import { JwtAuthenticator } from './routes/jwt.authenticator.js';
import { MessageController } from './routes/message.controller.js';
import { EmbeddedStore } from './store/embedded.store.js';
import { Store } from './store/store.js';

/** The service: its routes, and below them what they are built on. */
@Module({})
export class AppModule {
  static forRoot(config: Config, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        // each request's logger is Fastify's, made in application.ts; nestjs-pino hands it to whoever logs
        LoggerModule.forRoot({
          useExisting: true,
          pinoHttp: { logger },
          // its default, {/*splat}, matches nothing in @fastify/middie 9.3
          forRoutes: [{ path: '*splat', method: RequestMethod.ALL }],
        }),
        TerminusModule.forRoot({ logger: false }),
      ],
      controllers: [ConnectController, DisconnectController, MessageController, HealthController],
      providers: [
        { provide: Config, useValue: config },
        { provide: APP_FILTER, useClass: ErrorFilter },
        { provide: Authenticator, useValue: authenticatorFor(config, logger) },
        Dispatcher,
        PingHandler,
        JoinHandler,
        LeaveHandler,
        PublishHandler,
        PresenceHandler,
        ChannelsService,
        PresenceService,
        ConnectionsService,
        CallbackService,
        { provide: Store, useFactory: () => EmbeddedStore.open(config) },
      ],
    };
  }
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
