import { Module } from '@nestjs/common';
import { BackchannelModule, fromEnvironment } from 'backchannel-nest';
import { AuctionModule } from './auction/auction.module.js';

/** `WS_API_ENDPOINT`, `GATEWAY_SECRET`, `JWT_SECRET` and the store come from the environment: cdk/auction-stack.ts sets them. */
@Module({
  imports: [
    BackchannelModule.forRootAsync({ useFactory: () => ({ ...fromEnvironment(), path: '/ws' }) }),
    AuctionModule,
  ],
})
export class AppModule {}
