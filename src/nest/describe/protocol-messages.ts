import { type z } from 'zod';
import { type Action } from '../../api/messages.js';
import {
  ChannelMessage,
  DirectMessage,
  ErrorMessage,
  Joined,
  Left,
  MemberNotice,
  MembershipsLost,
  Pong,
  Presence,
  Published,
  Reconnect,
} from '../../api/server-message-schemas.js';

/** What PROTOCOL.md says about the messages of the service, for documents. */

interface ActionText {
  readonly summary: string;
  readonly reply: z.ZodType;
}

/** The actions that the service has itself. */
export const BUILT_IN_ACTIONS: Readonly<Record<Action, ActionText>> = {
  ping: {
    summary: 'Checks that the service responds, and with `positions` whether messages were lost.',
    reply: Pong,
  },
  join: {
    summary: 'Receives what is published to a channel from now on, with `since` also what was missed.',
    reply: Joined,
  },
  leave: { summary: 'Receives nothing more of a channel.', reply: Left },
  publish: { summary: 'Publishes to a channel, of which only a member can.', reply: Published },
  presence: { summary: 'Reads the members of a channel.', reply: Presence },
};

/** The error that a client receives in place of a reply. */
export const ERROR: z.ZodType = ErrorMessage;

interface SentMessage {
  readonly operation: string;
  readonly summary: string;
  readonly schema: z.ZodType;
}

/** What members of channels receive without a request. */
export const SENT_IN_CHANNELS: readonly SentMessage[] = [
  {
    operation: 'sendChannelMessage',
    summary: 'A message that was published to a channel of which the connection is a member.',
    schema: ChannelMessage,
  },
  {
    operation: 'sendMemberNotice',
    summary:
      'Another connection has joined or left a channel whose name begins with a prefix of `MEMBER_NOTICES`.',
    schema: MemberNotice,
  },
  {
    operation: 'sendMembershipsLost',
    summary: 'The service has lost what it knew of this connection: it is a member of no channel.',
    schema: MembershipsLost,
  },
];

/** What other backends send. */
export const SENT_BY_BACKENDS: readonly SentMessage[] = [
  {
    operation: 'sendDirectMessage',
    summary: 'Another backend has sent this to the connection or to its user, and not to a channel.',
    schema: DirectMessage,
  },
  {
    operation: 'sendReconnect',
    summary: 'An operator asks the client to open another connection, and to close this one.',
    schema: Reconnect,
  },
];
