import { type ChannelMessage, type ChannelName, type Published } from '../../api/messages.js';
import { type Frame, frame } from '../connections/frame.js';

/**
 * What a channel's log keeps of a message.
 *
 * @throws {TooLargeError} the message would be larger than API Gateway carries
 */
export function logContent(channel: ChannelName, published: Published): string {
  // at any offset
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
 * The message as it goes to members, of what the log keeps of it. Put together as text: what could be written as JSON
 * once is not parsed and written again, which deep nesting might make fail for who recovers it.
 */
export function messageFrame(channel: ChannelName, offset: number, content: string): Frame {
  return `{"type":"message","channel":${JSON.stringify(channel)},"offset":${offset},${content.slice(1)}` as Frame;
}
