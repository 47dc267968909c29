import { type ChannelMessage, type ChannelName, type Published } from '../../api/messages.js';
import { type Frame, frame } from '../connections/frame.js';

/**
 * The text that a channel's log stores of a message.
 *
 * @throws {TooLargeError} the message would be larger than API Gateway allows
 */
export function logContent(channel: ChannelName, published: Published): string {
  // with the longest possible offset
  const largest: ChannelMessage = {
    type: 'message',
    channel,
    offset: Number.MAX_SAFE_INTEGER,
    ...published,
  };
  frame(largest);
  return JSON.stringify(published);
}

/**
 * The frame of a message, made from its text in the log. Concatenates text instead of parsing and serializing again,
 * which could fail for deeply nested data when a member replays it.
 */
export function messageFrame(channel: ChannelName, offset: number, content: string): Frame {
  return `{"type":"message","channel":${JSON.stringify(channel)},"offset":${offset},${content.slice(1)}` as Frame;
}
