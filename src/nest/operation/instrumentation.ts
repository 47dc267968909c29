import { Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { CallbackService } from '../callback/callback.service.js';
import { ShardWorker } from '../channels/fan-out/shard-worker.js';
import { Metrics } from '../metrics/metrics.js';
import { ConnectionStore } from '../store/connection-store.js';
import { ReservationStore } from '../store/reservation-store.js';
import { ShardStore } from '../store/shard-store.js';
import { SharedCounts } from '../store/shared-counts.js';
import { Draining } from './draining.js';

/** Connects the metrics that are read at each scrape with their sources. */
@Injectable()
export class Instrumentation implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly callback: CallbackService,
    private readonly connectionStore: ConnectionStore,
    private readonly shardStore: ShardStore,
    private readonly reservationStore: ReservationStore,
    private readonly draining: Draining,
    /** Absent without channels. */
    @Optional() private readonly shards?: ShardWorker,
  ) {}

  onModuleInit(): void {
    const { callback, draining, shards } = this;
    const counts = new SharedCounts(this.connectionStore, this.shardStore, this.reservationStore);
    this.metrics.readings.from({
      inStore: () => counts.read(),
      queuedMessages: () => callback.queuedMessages,
      queuedBytes: () => callback.queuedBytes,
      fanOutConcurrency: () => callback.fanOutConcurrency,
      activeShards: () => shards?.activeShards ?? 0,
      shardsByOutcome: () => {
        if (shards === undefined) return {};
        const { finished, handedBack, lost, givenUp } = shards.counts;
        return { finished, handed_back: handedBack, lost, given_up: givenUp };
      },
      isDraining: () => draining.isDraining,
    });
  }
}
