import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { type ConnectionId } from '../../api/integration.js';
import { type ChannelName } from '../../api/messages.js';
import { ConnectionsService, type Sender } from '../connections/connections.service.js';
import { frame } from '../connections/frame.js';
import { Store } from '../store/store.js';
import { NotJoinedError } from './channel.errors.js';

/** Channels come into being when somebody joins and end when the last one leaves. */
@Injectable()
export class ChannelsService {
  constructor(
    private readonly store: Store,
    private readonly connections: ConnectionsService,
    private readonly log: PinoLogger,
  ) {}

  async join(channel: ChannelName, connectionId: ConnectionId): Promise<void> {
    const hasJoined = await this.store.join(channel, connectionId);
    this.log.debug({ channel, hasJoined }, 'joined');
  }

  async leave(channel: ChannelName, connectionId: ConnectionId): Promise<void> {
    const hasLeft = await this.store.leave(channel, connectionId);
    this.log.debug({ channel, hasLeft }, 'left');
  }

  /** @throws {NotJoinedError} */
  async requireMember(channel: ChannelName, connectionId: ConnectionId): Promise<void> {
    if (!(await this.store.isMember(channel, connectionId))) throw new NotJoinedError(channel);
  }

  /**
   * Sends `data` to every member, the publisher among them.
   *
   * @returns once a delivery to each of them was tried; those that failed are in the log
   * @throws {NotJoinedError} the publisher is not a member
   * @throws {TooLargeError} the message would be larger than API Gateway carries; nobody got it
   */
  async publish(channel: ChannelName, publisher: Sender, data: unknown): Promise<void> {
    const { connectionId: from, userId: user } = publisher;
    await this.requireMember(channel, from);
    const startedAt = performance.now();
    const message = frame({ type: 'message', channel, data, from, user });
    const { firstFailure, ...counts } = await this.connections.deliverToMany(
      this.store.members(channel),
      message,
    );
    const durationMs = Math.round(performance.now() - startedAt);
    this.log.info({ channel, ...counts, durationMs }, 'published');
    const { throttled, failed } = counts;
    if (throttled + failed > 0) {
      this.log.warn({ channel, throttled, failed, err: firstFailure }, 'deliveries failed');
    }
  }
}
