import { Injectable } from '@nestjs/common';
import {
  type Caller,
  type ChannelName,
  type PermittedAction,
  PrefixPermissions,
  type Verdict,
} from '../../../src/nest/index.js';

/** `team:red` and `team:red:plans` are for users such as `red/alice`; the default rules decide about all other channels. */
@Injectable()
export class TeamPermissions extends PrefixPermissions {
  override permits(
    action: PermittedAction,
    channel: ChannelName,
    sender: Caller,
  ): Verdict | Promise<Verdict> {
    const [, team] = /^team:([^:]+)/.exec(channel) ?? [];
    if (team === undefined) return super.permits(action, channel, sender);
    return sender.userId?.startsWith(`${team}/`) ? 'allowed' : 'not_permitted';
  }
}
