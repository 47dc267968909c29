import { Injectable, type PipeTransform } from '@nestjs/common';
import { type ChannelName } from '../../api/messages.js';
import { QUOTAS } from '../../api/quotas.js';
import { Problem } from '../http/problem.js';

/** Refuses channel names that are too long for clients. */
@Injectable()
export class ChannelNamePipe implements PipeTransform<ChannelName, ChannelName> {
  /** @throws {Problem} `channel_name_too_long` */
  transform(channel: ChannelName): ChannelName {
    if (channel.length <= QUOTAS.channelNameLength) return channel;
    throw new Problem(
      'channel_name_too_long',
      `The channel name has ${channel.length} characters, expected at most ${QUOTAS.channelNameLength}.`,
    );
  }
}
