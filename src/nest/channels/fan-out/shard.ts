import { type ConnectionId } from '../../../api/integration.js';
import { type ChannelName } from '../../../api/messages.js';
import { type Frame } from '../../connections/frame.js';
import { type Member, type MemberRange, type Shard, type Store } from '../../store/store.js';

/** A message of a channel, on its way to the members in a range. */
export interface ChannelDelivery {
  readonly channel: ChannelName;
  /** The message's place in the channel's log. */
  readonly offset: number;
  readonly range: MemberRange;
  readonly frame: Frame;
}

/** How far a shard is. */
export interface Progress {
  /** Up to this member a delivery to each was tried; nobody was, yet, when it is undefined. */
  readonly after?: ConnectionId | undefined;
  /** The last take of which was heard after it, by a renewal of the lease or by handing the shard back. */
  readonly heardOfTake: number;
}

/** Those to whom it goes, in pages: members who joined before it. */
export async function* recipients(
  store: Store,
  { channel, offset, range }: Omit<ChannelDelivery, 'frame'>,
): AsyncIterable<readonly Member[]> {
  for await (const page of store.members(channel, range)) {
    // who joined after it has got it by recovering, or did not ask for it
    yield page.filter(({ joinedOffset }) => joinedOffset < offset);
  }
}

/**
 * A shard's content: one line of JSON, then the frame as it is. A frame of 128 KB that holds JSON could take twice the room
 * as a string in JSON again, more than a store takes.
 */
export function writeContent({ frame, ...rest }: ChannelDelivery): string {
  return `${JSON.stringify(rest)}\n${frame}`;
}

/** @throws {SyntaxError} it was not written by {@link writeContent} */
export function readContent({ content }: Shard): ChannelDelivery {
  const lineEnd = content.indexOf('\n');
  if (lineEnd < 0) throw new SyntaxError('a shard has a line of JSON and a frame');
  const rest = JSON.parse(content.slice(0, lineEnd)) as Omit<ChannelDelivery, 'frame'>;
  return { ...rest, frame: content.slice(lineEnd + 1) as Frame };
}

export function writeProgress(progress: Progress): string {
  return JSON.stringify(progress);
}

export function readProgress({ progress }: Shard): Progress {
  return progress === undefined ? { heardOfTake: 0 } : (JSON.parse(progress) as Progress);
}
