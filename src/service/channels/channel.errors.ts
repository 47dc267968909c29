import { type ChannelName } from '../../api/messages.js';

/** What only members may do was asked for by a connection that is not one. */
export class NotJoinedError extends Error {
  override readonly name = 'NotJoinedError';

  constructor(channel: ChannelName) {
    super(`not a member of ${channel}: join it first`);
  }
}
