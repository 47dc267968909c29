import { ForbiddenException, Injectable, Module } from '@nestjs/common';
import {
  Caller,
  type ChannelName,
  Channels,
  CloseCode,
  ConnectHeader,
  LeftChannels,
  OnConnect,
  OnDisconnect,
  OnMessage,
} from '../../../src/nest/index.js';

/** What is kept with each connection. */
interface Session {
  readonly tenant: string;
}

/** Accepts clients of a tenant, and publishes to its channels that one has left. */
@Injectable()
export class Tenants {
  constructor(private readonly channels: Channels) {}

  @OnConnect()
  admit(@ConnectHeader('x-tenant') tenant: string | undefined): Session {
    if (tenant === undefined) throw new ForbiddenException('Which tenant? Set x-tenant.');
    return { tenant };
  }

  @OnMessage('tenant')
  tenant(@Caller() { session }: Caller<Session>) {
    return { type: 'tenant', tenant: session.tenant };
  }

  @OnDisconnect()
  async left(
    @Caller() { session }: Caller<Session>,
    @CloseCode() code: number | undefined,
    @LeftChannels() channels: readonly ChannelName[],
  ) {
    for (const channel of channels) await this.channels.publish(channel, { tenant: session.tenant, code });
  }
}

@Module({ providers: [Tenants] })
export class TenantsModule {}
