import { Module } from '@nestjs/common';
import { type Logger } from 'pino';
import { Config } from '../config/config.js';
import { PROCESS_LOGGER } from '../logging/logger.js';
import { Authenticator, GatewayAuthenticator, NoAuthenticator } from './authenticator.js';
import { JwtAuthenticator } from './jwt.authenticator.js';

/** The authenticator that `AUTH` names. */
@Module({
  providers: [{ provide: Authenticator, useFactory: createAuthenticator, inject: [Config, PROCESS_LOGGER] }],
  exports: [Authenticator],
})
export class AuthenticationModule {}

function createAuthenticator({ authentication }: Config, log: Logger): Authenticator {
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
