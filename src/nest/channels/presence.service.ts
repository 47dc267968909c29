import { Injectable } from '@nestjs/common';
import { type ChannelName, type PresentMember } from '../../api/messages.js';
import { QUOTAS } from '../../api/quotas.js';
import { type Sender } from '../connections/caller.js';
import { MembershipStore } from '../store/membership-store.js';
import { type Presence } from './channels.js';
import { ChannelsService } from './channels.service.js';

@Injectable()
export class PresenceService {
  constructor(
    private readonly membershipStore: MembershipStore,
    private readonly channels: ChannelsService,
  ) {}

  /** @throws the errors of {@link ChannelsService.requireMember}: only members can read the presence */
  async read(channel: ChannelName, sender: Sender): Promise<Presence> {
    await this.channels.requireMember('presence', channel, sender);
    return this.of(channel);
  }

  /** Asks for no permission. */
  async of(channel: ChannelName): Promise<Presence> {
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
