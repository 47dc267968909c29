import { Inject, Injectable } from '@nestjs/common';
import { type ClientErrorCode } from '../../api/errors.js';
import { type UserId } from '../../api/integration.js';
import { type ChannelName, LIMITS } from '../../api/messages.js';
import { Config } from '../../service/configuration/config.js';
import { type Sender } from '../connections/connections.service.js';

/** What needs a permission. Leaving never does. */
export type PermittedAction = 'join' | 'publish' | 'presence';

/** That it may be done, or the code that the client is told. */
export type Verdict = 'allowed' | ClientErrorCode;

/**
 * Who may do what with a channel: the place for rules of your own, as the README shows. Publishing and presence need
 * membership besides.
 */
export abstract class Permissions {
  /** Asked for each such message, before anything is done. What it throws is told as `internal_error`. */
  abstract permits(action: PermittedAction, channel: ChannelName, sender: Sender): Verdict | Promise<Verdict>;
}

/**
 * Rules by what a channel's name begins with: `user:` channels are for the user whose own it is, channels of
 * `PUBLISH_BY_API_ONLY` are not published to by clients, and everything else is allowed.
 */
@Injectable()
export class PrefixPermissions extends Permissions {
  constructor(@Inject(Config) private readonly config: Config) {
    super();
  }

  permits(action: PermittedAction, channel: ChannelName, { userId }: Sender): Verdict | Promise<Verdict> {
    const { publishByApiOnly } = this.config.channels;
    if (action === 'publish' && publishByApiOnly.some((prefix) => channel.startsWith(prefix))) {
      return 'not_permitted';
    }
    if (!channel.startsWith(USER_PREFIX)) return 'allowed';
    return userId !== undefined && userChannel(userId) === channel ? 'allowed' : 'not_permitted';
  }
}

/**
 * A user's own channel: `user:` and the id, in which whatever cannot be in a channel's name is percent-encoded as UTF-8,
 * and `%` too, so that no two users have the same. Other ways of writing it name channels that nobody may use.
 *
 * @returns undefined for an id that has none: it would be too long, or is no text that UTF-8 can write
 */
export function userChannel(userId: UserId): ChannelName | undefined {
  if (!userId.isWellFormed()) return undefined;
  const encoded = Array.from(userId, (character) =>
    /^[\w.:@/-]$/.test(character) ? character : percentEncoded(character),
  );
  const channel = USER_PREFIX + encoded.join('');
  return channel.length <= LIMITS.channelNameLength ? (channel as ChannelName) : undefined;
}

const USER_PREFIX = 'user:';

function percentEncoded(character: string): string {
  return Buffer.from(character).toString('hex').toUpperCase().replace(/../g, '%$&');
}
