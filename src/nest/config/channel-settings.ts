/** Limits and logs of channels. A list of prefixes says to which channels a setting applies. */
export interface ChannelSettings {
  /** `CHANNELS_PER_CONNECTION`: channels that one connection can be a member of; 1–10000. Default 100. */
  readonly perConnection: number;
  /** `CHANNEL_NAME_LENGTH`: characters of a name; 1–256. Default 128. */
  readonly nameLength: number;
  /** `HISTORY_MESSAGES`: messages that a channel's log keeps; 0–100000. Default 1000. */
  readonly historyMessages: number;
  /** `HISTORY_SECONDS`: how long a channel's log keeps a message; 1–604800 s. Default 3600 s. */
  readonly historyMs: number;
  /** `HISTORY_OFF`: channels without a log. Default none. */
  readonly historyOff: readonly string[];
  /** `MEMBER_NOTICES`: channels whose members are notified when others join and leave. Default `presence:`. */
  readonly memberNotices: readonly string[];
  /** `MEMBER_NOTICES_MEMBERS`: channels with more members send no such notices; 1–100000. Default 100. */
  readonly memberNoticesMembers: number;
  /** `PUBLISH_BY_API_ONLY`: channels to which clients cannot publish. Default `broadcast:`. */
  readonly publishByApiOnly: readonly string[];
  /** `PRESENCE_MEMBERS`: members that the reply to `presence` lists; 0–1000. Default 1000. */
  readonly presenceMembers: number;
}
