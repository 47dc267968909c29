import { type z } from 'zod';
import { QUOTAS } from '../../api/quotas.js';
import { channelPrefixes, wholeNumber } from './variable-schemas.js';

/** What channels are allowed and what is kept of them; a prefix list says for which ones. */
export interface ChannelSettings {
  /** `CHANNELS_PER_CONNECTION`: of how many a connection can be a member; 1–10000. Default 100. */
  readonly perConnection: number;
  /** `CHANNEL_NAME_LENGTH`: characters of a name; 1–256. Default 128. */
  readonly nameLength: number;
  /** `HISTORY_MESSAGES`: how many messages a channel's log keeps; 0–100000, 0 keeps none. Default 1000. */
  readonly historyMessages: number;
  /** `HISTORY_SECONDS`: how long; 1–604800. Default 3600, here in milliseconds. */
  readonly historyMs: number;
  /** `HISTORY_OFF`: channels that keep no log. Default none. */
  readonly historyOff: readonly string[];
  /** `MEMBER_NOTICES`: channels whose members are told who joins and leaves. Default `presence:`. */
  readonly memberNotices: readonly string[];
  /** `MEMBER_NOTICES_MEMBERS`: nobody is told in channels with more members; 1–100000. Default 100. */
  readonly memberNoticesMembers: number;
  /** `PUBLISH_BY_API_ONLY`: channels to which clients do not publish. Default `broadcast:`. */
  readonly publishByApiOnly: readonly string[];
  /** `PRESENCE_MEMBERS`: how many members a `presence` answer names; 0–1000. Default 1000. */
  readonly presenceMembers: number;
}

/** The settings each by itself; `config.ts` has them among its own. */
export const channelSettings = {
  CHANNELS_PER_CONNECTION: wholeNumber(1, 10_000).default(100),
  CHANNEL_NAME_LENGTH: wholeNumber(1, QUOTAS.channelNameLength).default(128),
  HISTORY_MESSAGES: wholeNumber(0, 100_000).default(1000),
  HISTORY_SECONDS: wholeNumber(1, 604_800).default(3600),
  HISTORY_OFF: channelPrefixes.default([]),
  MEMBER_NOTICES: channelPrefixes.default(['presence:']),
  MEMBER_NOTICES_MEMBERS: wholeNumber(1, 100_000).default(100),
  PUBLISH_BY_API_ONLY: channelPrefixes.default(['broadcast:']),
  PRESENCE_MEMBERS: wholeNumber(0, QUOTAS.presenceMembers).default(QUOTAS.presenceMembers),
};

/** The settings together. */
export function channels(settings: z.output<z.ZodObject<typeof channelSettings>>): ChannelSettings {
  return {
    perConnection: settings.CHANNELS_PER_CONNECTION,
    nameLength: settings.CHANNEL_NAME_LENGTH,
    historyMessages: settings.HISTORY_MESSAGES,
    historyMs: settings.HISTORY_SECONDS * 1000,
    historyOff: settings.HISTORY_OFF,
    memberNotices: settings.MEMBER_NOTICES,
    memberNoticesMembers: settings.MEMBER_NOTICES_MEMBERS,
    publishByApiOnly: settings.PUBLISH_BY_API_ONLY,
    presenceMembers: settings.PRESENCE_MEMBERS,
  };
}
