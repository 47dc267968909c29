import { Injectable } from '@nestjs/common';
import { type ChannelName, type PresentMember } from '../../api/messages.js';
import { QUOTAS } from '../../api/quotas.js';
import { type Sender } from '../connections/caller.js';
import { MembershipStore } from '../store/membership-store.js';
import { ChannelsService } from './channels.service.js';

/** The members of a channel. */
export interface Presence {
  readonly count: number;
  /** The first `QUOTAS.presenceMembers` in the store's order, or fewer if a message cannot hold them. */
  readonly members: readonly PresentMember[];
}

@Injectable()
export class PresenceService {
  constructor(
    private readonly membershipStore: MembershipStore,
    private readonly channels: ChannelsService,
  ) {}

  /** @throws the errors of {@link ChannelsService.requireMember}: only members can read the presence */
  async read(channel: ChannelName, sender: Sender): Promise<Presence> {
    await this.channels.requireMember('presence', channel, sender);
    return {
      count: await this.membershipStore.countMembers(channel),
      members: await this.#firstMembers(channel),
    };
  }

  async #firstMembers(channel: ChannelName): Promise<readonly PresentMember[]> {
    const members: PresentMember[] = [];
    let bytes = 0;
    for await (const page of this.membershipStore.members(channel)) {
      for (const member of page) {
        const { connectionId, userId, joinedAt } = member;
        const present = { connectionId, userId, joinedAt };
        bytes += Buffer.byteLength(JSON.stringify(present)) + 1;
        if (bytes > QUOTAS.presenceBytes) return members;
        members.push(present);
        if (members.length === QUOTAS.presenceMembers) return members;
      }
    }
    return members;
  }
}
