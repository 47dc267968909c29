import { Injectable } from '@nestjs/common';
import { ConcurrencyLimit } from '../callback/concurrency-limit.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { reconnectFrame } from '../connections/frame.js';
import { RequestLog } from '../logging/request-log.js';
import { type Connection, ConnectionStore } from '../store/connection-store.js';
import { StoreClock } from '../store/store-clock.js';
import { readCursor, writeCursor } from './connection-cursor.js';
import { type ReconnectsBody } from './request-schemas.js';
import { type ReconnectsResponse } from './response-schemas.js';

/**
 * Asks clients to open another connection, page by page, so that any task can serve each page. Nothing is stored: a page
 * that is repeated asks again, and a client keeps to the first time that it received.
 */
@Injectable()
export class ReconnectsService {
  constructor(
    private readonly connectionStore: ConnectionStore,
    private readonly connections: ConnectionsService,
    private readonly clock: StoreClock,
    private readonly log: RequestLog,
  ) {}

  async notify({
    spreadMs,
    connectedBefore = Math.floor(this.clock.now()),
    after,
    limit,
  }: ReconnectsBody): Promise<ReconnectsResponse> {
    const { connections, next } = await this.connectionStore.connectionPage(
      limit,
      after === undefined ? undefined : readCursor(after),
    );
    // a connection that was opened since is already the next one of its client
    const earlier = connections.filter(({ connectedAt }) => connectedAt < connectedBefore);
    const report = { notified: 0, gone: 0, failed: 0 };
    const atOnce = new ConcurrencyLimit(POSTS_AT_ONCE);
    let firstFailure: unknown;
    const notifyOne = async ({ connectionId, isBatched }: Connection) => {
      // a time of its own for each client: API Gateway accepts a limited number of new connections a second
      const frame = reconnectFrame(Math.floor(Math.random() * (spreadMs + 1)));
      try {
        const outcome = await this.connections.deliver(connectionId, frame, { isBatched });
        report[outcome === 'gone' ? 'gone' : 'notified'] += 1;
      } catch (error) {
        report.failed += 1;
        firstFailure ??= error;
      }
    };
    await Promise.all(earlier.map((connection) => atOnce.run(() => notifyOne(connection))));
    this.log.info({ spreadMs, connectedBefore, ...report }, 'asked to reconnect');
    if (report.failed > 0) this.log.warn({ failed: report.failed, err: firstFailure }, 'deliveries failed');
    return { ...report, connectedBefore, next: next && writeCursor(next) };
  }
}

/** A page must not fill the queue of callbacks. */
const POSTS_AT_ONCE = 100;
