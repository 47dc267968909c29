import { Injectable, type PipeTransform } from '@nestjs/common';
import { type ChannelName } from '../../api/messages.js';
import { Config } from '../config/config.js';
import { Problem } from '../http/problem.js';

/** Refuses names of channels that no client could join. */
@Injectable()
export class ChannelNamePipe implements PipeTransform<ChannelName, ChannelName> {
  constructor(private readonly config: Config) {}

  /** @throws {Problem} `channel_name_too_long` */
  transform(channel: ChannelName): ChannelName {
    const { nameLength } = this.config.channels;
    if (channel.length <= nameLength) return channel;
    throw new Problem(
      'channel_name_too_long',
      `${channel.length} characters, expected at most ${nameLength}`,
    );
  }
}
