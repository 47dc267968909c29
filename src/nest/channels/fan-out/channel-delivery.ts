import { type ConnectionId } from '../../../api/integration.js';
import { type ChannelName } from '../../../api/messages.js';
import { type Frame } from '../../connections/frame.js';
import { type Member, type MemberRange, type MembershipStore } from '../../store/membership-store.js';
import { type Shard } from '../../store/shard-store.js';

/** A message of a channel to the members in a range. */
export interface ChannelDelivery {
  readonly channel: ChannelName;
  /** Position of the message in the channel's log. */
  readonly offset: number;
  readonly range: MemberRange;
  readonly frame: Frame;
}

/** Progress of a shard. */
export interface Progress {
  /** Delivery was attempted to every member up to this one; undefined: to none. */
  readonly after?: ConnectionId | undefined;
  /** The latest take whose task has renewed its lease or handed the shard back. */
  readonly heardOfTake: number;
}

/** The recipients of a message, in pages: the members that joined before it. */
export async function* recipients(
  membershipStore: MembershipStore,
  { channel, offset, range }: Omit<ChannelDelivery, 'frame'>,
): AsyncIterable<readonly Member[]> {
  for await (const page of membershipStore.members(channel, range)) {
    // a member that joined after it was sent it by replay, or did not ask for earlier messages
    yield page.filter(({ joinedOffset }) => joinedOffset < offset);
  }
}

/**
 * Serializes the content of a shard: one line of JSON, then the unmodified frame. As a string within JSON, a frame of
 * 128 KB could take twice the space because of its quotes, more than a store accepts.
 */
export function writeContent({ frame, ...rest }: ChannelDelivery): string {
  return `${JSON.stringify(rest)}\n${frame}`;
}

/** @throws {SyntaxError} the content was not written by {@link writeContent} */
export function readContent({ content }: Shard): ChannelDelivery {
  const lineEnd = content.indexOf('\n');
  if (lineEnd < 0) throw new SyntaxError('expected a line of JSON and a frame');
  const rest = JSON.parse(content.slice(0, lineEnd)) as Omit<ChannelDelivery, 'frame'>;
  return { ...rest, frame: content.slice(lineEnd + 1) as Frame };
}

export function writeProgress(progress: Progress): string {
  return JSON.stringify(progress);
}

export function readProgress({ progress }: Shard): Progress {
  return progress === undefined ? { heardOfTake: 0 } : (JSON.parse(progress) as Progress);
}
