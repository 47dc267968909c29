import { type ChannelName } from '../../api/messages.js';
import { type Position } from './log-store.js';

/** @param positions in the order of the channels; undefined for one without a log, which is left out */
export function positionsByChannel(
  channels: readonly ChannelName[],
  positions: readonly (Position | undefined)[],
): ReadonlyMap<ChannelName, Position> {
  const found = new Map<ChannelName, Position>();
  for (const [index, channel] of channels.entries()) {
    const position = positions[index];
    if (position !== undefined) found.set(channel, position);
  }
  return found;
}
