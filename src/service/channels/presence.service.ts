import { Injectable } from '@nestjs/common';
import { type ConnectionId } from '../../api/integration.js';
import { type ChannelName, LIMITS, type PresentMember } from '../../api/messages.js';
import { Store } from '../store/store.js';
import { ChannelsService } from './channels.service.js';

/** Who is in a channel. */
export interface Presence {
  readonly count: number;
  /** The first {@link LIMITS.presenceMembers} in the store's order. */
  readonly members: readonly PresentMember[];
}

@Injectable()
export class PresenceService {
  constructor(
    private readonly store: Store,
    private readonly channels: ChannelsService,
  ) {}

  /** @throws {NotJoinedError} only members may look */
  async look(channel: ChannelName, connectionId: ConnectionId): Promise<Presence> {
    await this.channels.requireMember(channel, connectionId);
    const members: PresentMember[] = [];
    for await (const page of this.store.members(channel)) {
      members.push(...page.slice(0, LIMITS.presenceMembers - members.length));
      if (members.length === LIMITS.presenceMembers) break;
    }
    return { count: await this.store.countMembers(channel), members };
  }
}
