import { Injectable } from '@nestjs/common';
import { type ChannelName, type ChannelPosition, type PingMessage } from '../../api/messages.js';
import { QUOTAS } from '../../api/quotas.js';
import { type Sender } from '../connections/caller.js';
import { LogStore } from '../store/log-store.js';
import { MembershipStore } from '../store/membership-store.js';

/** Compares the positions of clients with those of the logs. */
@Injectable()
export class PositionsService {
  constructor(
    private readonly membershipStore: MembershipStore,
    private readonly logStore: LogStore,
  ) {}

  /**
   * The channels whose log is ahead of the client, or has another epoch: those of which it is a member, and at most
   * those that fit into a reply. Costs a read of the connection, and one that reads all positions.
   */
  async behind(
    { connectionId }: Sender,
    positions: NonNullable<PingMessage['positions']>,
  ): Promise<readonly ChannelPosition[]> {
    const named = Object.keys(positions) as ChannelName[];
    if (named.length === 0) return [];
    const channels = await this.membershipStore.findMemberships(connectionId, named);
    const found = await this.logStore.findPositions(channels);
    const behind: ChannelPosition[] = [];
    let bytes = 0;
    for (const channel of channels) {
      // a member's log is missing only if the store has lost it: it begins anew, and the client begins anew with it
      const { epoch, offset } = found.get(channel) ?? (await this.logStore.position(channel));
      const known = positions[channel]!;
      if (epoch === known.epoch && offset <= known.offset) continue;
      const entry = { channel, epoch, offset };
      bytes += JSON.stringify(entry).length + 1;
      if (bytes > QUOTAS.behindBytes) break;
      behind.push(entry);
    }
    return behind;
  }
}
