import { type ConnectionId } from '../../../src/api/integration.js';
import { type ChannelName } from '../../../src/api/messages.js';
import { type Store } from '../../../src/nest/store/store.js';

/** The id of the n-th member, in the order of the ids. */
export const member = (n: number) => `c${String(n).padStart(6, '0')}=` as ConnectionId;

/** Puts connections that have joined a channel. @returns their ids, in order */
export async function fillChannel(
  store: Store,
  channel: ChannelName,
  count: number,
): Promise<ConnectionId[]> {
  const members = Array.from({ length: count }, (_, n) => member(n));
  const now = Date.now();
  for (const connectionId of members) {
    await store.connections.putConnection({ connectionId, connectedAt: now, expiresAt: now + 3_600_000 });
    await store.memberships.join(channel, connectionId, 100);
  }
  return members;
}
