/** Limits and logs of channels. A list of prefixes says to which channels a setting applies. */
export interface ChannelSettings {
  /** `CHANNELS_PER_CONNECTION`: channels that one connection can be a member of. */
  readonly perConnection: number;
  /** `HISTORY_MESSAGES`: messages that a channel's log keeps. */
  readonly historyMessages: number;
  /** `HISTORY_SECONDS`: how long a channel's log keeps a message. */
  readonly historyMs: number;
  /** `HISTORY_OFF`: channels without a log. */
  readonly historyOff: readonly string[];
  /** `MEMBER_NOTICES`: channels whose members are notified when others join and leave. */
  readonly memberNotices: readonly string[];
  /** `MEMBER_NOTICES_MEMBERS`: channels with more members send no such notices. */
  readonly memberNoticesMembers: number;
  /** `PUBLISH_ONCE_SECONDS`: how long the key of a client's message is kept after the message was appended. */
  readonly publishOnceMs: number;
  /** `PUBLISH_BY_API_ONLY`: channels to which clients cannot publish. */
  readonly publishByApiOnly: readonly string[];
}
