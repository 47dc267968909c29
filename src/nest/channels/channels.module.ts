import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { StoreModule } from '../store/store.module.js';
import { TracingModule } from '../tracing/tracing.module.js';
import { Channels } from './channels.js';
import { ChannelsService } from './channels.service.js';
import { InjectedChannels } from './injected-channels.js';
import { FanOutService } from './fan-out/fan-out.service.js';
import { PendingShards } from './fan-out/pending-shards.js';
import { ShardWorker } from './fan-out/shard-worker.js';
import { MemberNotices } from './member-notices.js';
import { PositionsService } from './positions.service.js';
import { PresenceService } from './presence.service.js';
import { ReplayService } from './replay/replay.service.js';

/** Channels. Needs a `PermissionsModule` in the application. */
@Module({
  imports: [StoreModule, ConnectionsModule, MetricsModule, TracingModule],
  providers: [
    { provide: Channels, useClass: InjectedChannels },
    ChannelsService,
    PositionsService,
    PresenceService,
    MemberNotices,
    ReplayService,
    FanOutService,
    PendingShards,
    ShardWorker,
  ],
  exports: [Channels, ChannelsService, PositionsService, PresenceService, ShardWorker],
})
export class ChannelsModule {}
