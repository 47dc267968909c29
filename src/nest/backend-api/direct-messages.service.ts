import { Injectable } from '@nestjs/common';
import { type ConnectionId, type UserId } from '../../api/integration.js';
import { type JsonText } from '../../api/messages.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { directFrame, type Frame } from '../connections/frame.js';
import { RequestLog } from '../logging/request-log.js';
import { ConnectionStore } from '../store/connection-store.js';
import { type DeliveredResponse, type DisconnectedResponse } from './response-schemas.js';
import { messageTooLarge } from './message-too-large.js';

/** Sends to and closes single connections, and all connections of a user. */
@Injectable()
export class DirectMessagesService {
  constructor(
    private readonly connectionStore: ConnectionStore,
    private readonly connections: ConnectionsService,
    private readonly log: RequestLog,
  ) {}

  /**
   * @throws {Problem} `message_too_large`
   * @throws {CallbackError} the message was not delivered, or that is not known
   */
  async sendToConnection(connectionId: ConnectionId, data: JsonText): Promise<DeliveredResponse> {
    const outcome = await this.connections.deliver(connectionId, direct(data));
    const report = { delivered: 0, gone: 0, failed: 0, [outcome]: 1 };
    this.log.info({ recipient: connectionId, ...report }, 'sent to a connection');
    return report;
  }

  /**
   * @throws {Problem} `message_too_large`
   * @throws {QueueFullError} too many messages are queued; no connection got it
   */
  async sendToUser(userId: UserId, data: JsonText): Promise<DeliveredResponse> {
    const counts = await this.connections.deliverToMany(
      this.connectionStore.connectionsOf(userId),
      direct(data),
    );
    const { delivered, gone, throttled, failed, firstFailure } = counts;
    const report = { delivered, gone, failed: throttled + failed };
    this.log.info({ userId, ...report }, 'sent to a user');
    if (report.failed > 0)
      this.log.warn({ userId, throttled, failed, err: firstFailure }, 'deliveries failed');
    return report;
  }

  /** @throws {CallbackError} the connection was not closed, or that is not known */
  async disconnect(connectionId: ConnectionId): Promise<DisconnectedResponse> {
    const outcome = await this.connections.disconnect(connectionId);
    const report = { disconnected: 0, gone: 0, failed: 0, [outcome]: 1 };
    this.log.info({ recipient: connectionId, ...report }, 'connection closed');
    return report;
  }

  async disconnectUser(userId: UserId): Promise<DisconnectedResponse> {
    const report = { disconnected: 0, gone: 0, failed: 0 };
    for await (const page of this.connectionStore.connectionsOf(userId)) {
      const outcomes = await Promise.allSettled(
        page.map(({ connectionId }) => this.connections.disconnect(connectionId)),
      );
      for (const outcome of outcomes) {
        report[outcome.status === 'fulfilled' ? outcome.value : 'failed'] += 1;
        if (outcome.status === 'rejected')
          this.log.warn({ userId, err: outcome.reason }, 'connection not closed');
      }
    }
    this.log.info({ userId, ...report }, "user's connections closed");
    return report;
  }
}

/** @throws {Problem} `message_too_large` */
function direct(data: JsonText): Frame {
  try {
    return directFrame(data);
  } catch (error) {
    throw messageTooLarge(error);
  }
}
