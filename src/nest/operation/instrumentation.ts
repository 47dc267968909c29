import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { CallbackService } from '../callback/callback.service.js';
import { ShardWorker } from '../channels/fan-out/shard-worker.js';
import { Metrics } from '../metrics/metrics.js';
import { ConnectionStore } from '../store/connection-store.js';
import { ReservationStore } from '../store/reservation-store.js';
import { ShardStore } from '../store/shard-store.js';
import { SharedCounts } from '../store/shared-counts.js';
import { Draining } from './draining.js';

/** Counts every HTTP request, and connects the metrics that are read at each scrape with their sources. */
export function instrument(app: NestFastifyApplication): void {
  const metrics = app.get(Metrics);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onResponse', (request, reply, done) => {
      const { url = 'none' } = request.routeOptions;
      metrics.requestCompleted(url, reply.statusCode, reply.elapsedTime / 1000);
      done();
    });

  const callback = app.get(CallbackService);
  const shards = app.get(ShardWorker);
  const draining = app.get(Draining);
  const counts = new SharedCounts(app.get(ConnectionStore), app.get(ShardStore), app.get(ReservationStore));
  metrics.readings.from({
    inStore: () => counts.read(),
    queuedMessages: () => callback.queuedMessages,
    queuedBytes: () => callback.queuedBytes,
    fanOutConcurrency: () => callback.fanOutConcurrency,
    activeShards: () => shards.activeShards,
    shardsByOutcome: () => {
      const { finished, handedBack, lost, givenUp } = shards.counts;
      return { finished, handed_back: handedBack, lost, given_up: givenUp };
    },
    isDraining: () => draining.isDraining,
  });
}
