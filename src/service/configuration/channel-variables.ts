import { type z } from 'zod';
import { QUOTAS } from '../../api/quotas.js';
import { type ChannelSettings } from '../../nest/config/channel-settings.js';
import { channelPrefixes, wholeNumber } from './variable-schemas.js';

/** One row for each variable. */
export const channelVariables = {
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

export function channelSettings(variables: z.output<z.ZodObject<typeof channelVariables>>): ChannelSettings {
  return {
    perConnection: variables.CHANNELS_PER_CONNECTION,
    nameLength: variables.CHANNEL_NAME_LENGTH,
    historyMessages: variables.HISTORY_MESSAGES,
    historyMs: variables.HISTORY_SECONDS * 1000,
    historyOff: variables.HISTORY_OFF,
    memberNotices: variables.MEMBER_NOTICES,
    memberNoticesMembers: variables.MEMBER_NOTICES_MEMBERS,
    publishByApiOnly: variables.PUBLISH_BY_API_ONLY,
    presenceMembers: variables.PRESENCE_MEMBERS,
  };
}
