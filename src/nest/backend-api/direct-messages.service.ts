import { Injectable } from '@nestjs/common';
import { type ConnectionId, type UserId } from '../../api/integration.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { type Frame, frame } from '../connections/frame.js';
import { RequestLog } from '../logging/request-log.js';
import { Store } from '../store/store.js';
import { type DeliveredAnswer, type DisconnectedAnswer } from './response-schemas.js';
import { tooLarge } from './publishing.service.js';

/** Sends to, and ends, single connections and all those of a user. */
@Injectable()
export class DirectMessagesService {
  constructor(
    private readonly store: Store,
    private readonly connections: ConnectionsService,
    private readonly log: RequestLog,
  ) {}

  /**
   * @throws {Problem} `message_too_large`
   * @throws {CallbackError} whether it was delivered is not known, or it was not
   */
  async sendToConnection(connectionId: ConnectionId, data: unknown): Promise<DeliveredAnswer> {
    const outcome = await this.connections.deliver(connectionId, direct(data));
    const answer = { delivered: 0, gone: 0, failed: 0, [outcome]: 1 };
    this.log.info({ recipient: connectionId, ...answer }, 'sent to a connection');
    return answer;
  }

  /**
   * @throws {Problem} `message_too_large`
   * @throws {QueueFullError} too many messages wait; nobody got it
   */
  async sendToUser(userId: UserId, data: unknown): Promise<DeliveredAnswer> {
    const report = await this.connections.deliverToMany(this.store.connectionsOf(userId), direct(data));
    const { delivered, gone, throttled, failed, firstFailure } = report;
    const answer = { delivered, gone, failed: throttled + failed };
    this.log.info({ userId, ...answer }, 'sent to a user');
    if (answer.failed > 0)
      this.log.warn({ userId, throttled, failed, err: firstFailure }, 'deliveries failed');
    return answer;
  }

  /** @throws {CallbackError} whether it was closed is not known, or it was not */
  async disconnect(connectionId: ConnectionId): Promise<DisconnectedAnswer> {
    const outcome = await this.connections.disconnect(connectionId);
    const answer = { disconnected: 0, gone: 0, failed: 0, [outcome]: 1 };
    this.log.info({ recipient: connectionId, ...answer }, 'connection closed');
    return answer;
  }

  async disconnectUser(userId: UserId): Promise<DisconnectedAnswer> {
    const answer = { disconnected: 0, gone: 0, failed: 0 };
    for await (const page of this.store.connectionsOf(userId)) {
      const outcomes = await Promise.allSettled(
        page.map(({ connectionId }) => this.connections.disconnect(connectionId)),
      );
      for (const outcome of outcomes) {
        answer[outcome.status === 'fulfilled' ? outcome.value : 'failed'] += 1;
        if (outcome.status === 'rejected')
          this.log.warn({ userId, err: outcome.reason }, 'connection not closed');
      }
    }
    this.log.info({ userId, ...answer }, "user's connections closed");
    return answer;
  }
}

/** @throws {Problem} `message_too_large` */
function direct(data: unknown): Frame {
  try {
    return frame({ type: 'message', data });
  } catch (error) {
    throw tooLarge(error);
  }
}
