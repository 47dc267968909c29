import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Logger } from 'pino';
import { CallbackObserver } from '../callback/callback-observer.js';
import { CallbackService } from '../callback/callback.service.js';
import { ShardWorker } from '../channels/fan-out/shard-worker.js';
import { CredentialsLog } from '../logging/credentials-log.js';
import { Metrics } from '../metrics/metrics.js';
import { Draining } from './draining.js';
import { observedStore } from '../store/observed-store.js';
import { SharedCounts } from '../store/shared-counts.js';
import { Store } from '../store/store.js';
import { type Tracing } from '../tracing/tracing.js';

/** Brings what happens in the parts of the service, which know nothing of metrics, to them: callbacks. */
export function callbackObserver(metrics: Metrics, log: Logger): CallbackObserver {
  const credentialsLog = new CredentialsLog(log);
  return {
    attempted: (operation, result, durationMs) =>
      metrics.callbackAttempted(operation, result, durationMs / 1000),
    settled: (result) => metrics.callbackEnded(result),
    credentialsRead: (failure) => credentialsLog.read(failure),
  };
}

/** The store's answers. */
export function watchedStore(store: Store, metrics: Metrics, tracing: Tracing): Store {
  return observedStore(store, {
    completed: (method, result, seconds) => metrics.storeCallCompleted(method, result, seconds),
    ...(tracing.isOn && { within: (method, call) => tracing.span(`store ${method}`, {}, call) }),
  });
}

/** Requests, and what is read only when somebody looks. */
export function watch(app: NestFastifyApplication): void {
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
  const counts = new SharedCounts(app.get(Store));
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
