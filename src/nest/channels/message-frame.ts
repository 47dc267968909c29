import { type ChannelName, type Published } from '../../api/messages.js';
import { type Frame, requireMessageSize } from '../connections/frame.js';
import { type LogEntry } from '../store/log-store.js';

/**
 * The text that a channel's log stores of a message: an object, in which the data is unmodified. Everything that is made
 * of it concatenates text: parsing and serializing it again would change numbers, and could fail for data that is
 * nested deeply.
 *
 * @throws {TooLargeError} the message would be larger than API Gateway allows
 */
export function logContent(channel: ChannelName, { data, from, user }: Published): string {
  const publisher = JSON.stringify({ from, user }).slice(1);
  const content = `{"data":${data}${publisher === '}' ? '' : ','}${publisher}`;
  // with the longest possible offset
  requireMessageSize(Buffer.byteLength(messageFrame(channel, Number.MAX_SAFE_INTEGER, content)));
  return content;
}

/** The frame of a message, made from its text in the log. */
export function messageFrame(channel: ChannelName, offset: number, content: string): Frame {
  return `{"type":"message","channel":${JSON.stringify(channel)},"offset":${offset},${content.slice(1)}` as Frame;
}

/** A message in a page of the log, for other backends. */
export function historyItem({ offset, publishedAt, content }: LogEntry): string {
  return `{"offset":${offset},"publishedAt":${publishedAt},${content.slice(1)}`;
}
