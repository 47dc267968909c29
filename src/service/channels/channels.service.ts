import { Inject, Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { type ConnectionId } from '../../api/integration.js';
import { type ChannelName } from '../../api/messages.js';
import { fanOut } from '../callback/fan-out.js';
import { Config } from '../config.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { frame } from '../connections/frame.js';
import { Store } from '../store/store.js';
import { NotJoinedError } from './channel.errors.js';

/** Channels come into being when somebody joins and end when the last one leaves. */
@Injectable()
export class ChannelsService {
  constructor(
    private readonly store: Store,
    private readonly connections: ConnectionsService,
    @Inject(Config) private readonly config: Config,
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
  async publish(channel: ChannelName, from: ConnectionId, data: unknown): Promise<void> {
    await this.requireMember(channel, from);
    const startedAt = performance.now();
    const message = frame({ type: 'message', channel, data, from });
    const { firstFailure, ...counts } = await fanOut(
      this.store.members(channel),
      ({ connectionId }) => this.connections.deliver(connectionId, message),
      this.config.callbackConcurrency,
    );
    const durationMs = Math.round(performance.now() - startedAt);
    this.log.info({ channel, ...counts, durationMs }, 'published');
    if (counts.failed > 0) {
      this.log.warn({ channel, failed: counts.failed, err: firstFailure }, 'deliveries failed');
    }
  }
}
