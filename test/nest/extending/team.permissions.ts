import { Injectable } from '@nestjs/common';
import { type ChannelName } from '../../../src/api/messages.js';
import {
  type PermittedAction,
  PrefixPermissions,
  type Verdict,
} from '../../../src/nest/channels/permissions.js';
import { type Sender } from '../../../src/nest/connections/connections.service.js';

/** `team:red` and `team:red:plans` are for users such as `red/alice`; the default rules decide about all other channels. */
@Injectable()
export class TeamPermissions extends PrefixPermissions {
  override permits(
    action: PermittedAction,
    channel: ChannelName,
    sender: Sender,
  ): Verdict | Promise<Verdict> {
    const [, team] = /^team:([^:]+)/.exec(channel) ?? [];
    if (team === undefined) return super.permits(action, channel, sender);
    return sender.userId?.startsWith(`${team}/`) ? 'allowed' : 'not_permitted';
  }
}
