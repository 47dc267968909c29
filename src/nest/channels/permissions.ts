import { Injectable } from '@nestjs/common';
import { type ClientErrorCode } from '../../api/errors.js';
import { type UserId } from '../../api/integration.js';
import { type ChannelName } from '../../api/messages.js';
import { QUOTAS } from '../../api/quotas.js';
import { Config } from '../config/config.js';
import { type Sender } from '../connections/caller.js';

/** Actions that need a permission. Leaving never does. */
export type PermittedAction = 'join' | 'publish' | 'presence';

/** Allowed, or the code of the error for the client. */
export type Verdict = 'allowed' | ClientErrorCode;

/**
 * Decides who may do what with a channel. Replace it for rules of your own, as docs/nest.md shows. Publishing and
 * presence also need membership.
 */
export abstract class Permissions {
  /** Called for each such message before anything else. An error that it throws is sent as `internal_error`. */
  abstract permits(action: PermittedAction, channel: ChannelName, sender: Sender): Verdict | Promise<Verdict>;
}

/**
 * Rules by the prefix of a channel's name: a `user:` channel is for its own user only, clients cannot publish to
 * channels of `PUBLISH_BY_API_ONLY`, and everything else is allowed.
 */
@Injectable()
export class PrefixPermissions extends Permissions {
  constructor(private readonly config: Config) {
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
 * The channel of one user: `user:` and the id. Characters that a channel name cannot have, and `%`, are percent-encoded
 * as UTF-8, so that no two users share a channel. Channels of any other spelling are not allowed to anyone.
 *
 * @returns undefined if the name would be too long, or the id has lone surrogates
 */
export function userChannel(userId: UserId): ChannelName | undefined {
  if (!userId.isWellFormed()) return undefined;
  const encoded = Array.from(userId, (character) =>
    /^[\w.:@/-]$/.test(character) ? character : percentEncoded(character),
  );
  const channel = USER_PREFIX + encoded.join('');
  return channel.length <= QUOTAS.channelNameLength ? (channel as ChannelName) : undefined;
}

const USER_PREFIX = 'user:';

function percentEncoded(character: string): string {
  return Buffer.from(character).toString('hex').toUpperCase().replace(/../g, '%$&');
}
