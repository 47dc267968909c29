import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { type ConnectionId } from '../../api/integration.js';
import { PROCESS_LOGGER } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import {
  CallbackObserver,
  type CallbackOperation,
  type CallbackResult,
  type ClosingReason,
} from './callback-observer.js';
import { type CredentialsError } from './callback.errors.js';
import { CredentialsLog } from './credentials-log.js';

/** Counts callbacks in the metrics of this task, and logs connections that are closed and credentials that cannot be read. */
@Injectable()
export class CallbackMetrics extends CallbackObserver {
  readonly #credentialsLog: CredentialsLog;

  constructor(
    private readonly metrics: Metrics,
    @Inject(PROCESS_LOGGER) private readonly log: Logger,
  ) {
    super();
    this.#credentialsLog = new CredentialsLog(log);
  }

  override attempted(operation: CallbackOperation, result: CallbackResult, durationMs: number): void {
    this.metrics.callbackAttempted(operation, result, durationMs / 1000);
  }

  override posted(units: number, savedUnits: number): void {
    this.metrics.metered('out', units);
    if (savedUnits > 0) this.metrics.meteredSaved(savedUnits);
  }

  override settled(result: CallbackResult): void {
    this.metrics.callbackEnded(result);
  }

  override closing(connectionId: ConnectionId, reason: ClosingReason, dropped: number): void {
    this.metrics.connectionClosing(reason);
    this.log.warn({ connectionId, reason, dropped }, 'connection closed to protect the others');
  }

  override notClosed(connectionId: ConnectionId, error: unknown): void {
    this.log.warn({ connectionId, err: error }, 'connection not closed');
  }

  override credentialsRead(failure: CredentialsError | undefined): void {
    this.#credentialsLog.read(failure);
  }
}
