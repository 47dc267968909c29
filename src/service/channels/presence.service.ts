import { Injectable } from '@nestjs/common';
import { type ConnectionId } from '../../api/integration.js';
import { type ChannelName, LIMITS, type PresentMember } from '../../api/messages.js';
import { Store } from '../store/store.js';
import { ChannelsService } from './channels.service.js';

/** Who is in a channel. */
export interface Presence {
  readonly count: number;
  /** The first {@link LIMITS.presenceMembers} in the store's order, or as many of them as fit into a message. */
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
    return { count: await this.store.countMembers(channel), members: await this.first(channel) };
  }

  private async first(channel: ChannelName): Promise<readonly PresentMember[]> {
    const members: PresentMember[] = [];
    let bytes = 0;
    for await (const page of this.store.members(channel)) {
      for (const member of page) {
        bytes += Buffer.byteLength(JSON.stringify(member)) + 1;
        if (members.length === LIMITS.presenceMembers || bytes > LIMITS.presenceBytes) return members;
        members.push(member);
      }
    }
    return members;
  }
}
