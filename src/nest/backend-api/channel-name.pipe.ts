import { Injectable, type PipeTransform } from '@nestjs/common';
import { type ChannelName } from '../../api/messages.js';
import { Config } from '../config/config.js';
import { Problem } from '../http/problem.js';

/** Refuses channel names that are too long for clients. */
@Injectable()
export class ChannelNamePipe implements PipeTransform<ChannelName, ChannelName> {
  constructor(private readonly config: Config) {}

  /** @throws {Problem} `channel_name_too_long` */
  transform(channel: ChannelName): ChannelName {
    const { nameLength } = this.config.channels;
    if (channel.length <= nameLength) return channel;
    throw new Problem(
      'channel_name_too_long',
      `The channel name has ${channel.length} characters, expected at most ${nameLength}.`,
    );
  }
}
