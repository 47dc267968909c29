/** The public face of the package `backchannel-client`. */
export { connect } from './client.js';
export { BackchannelError, type ErrorCode } from './errors.js';
export type { ConnectOptions, TokenRequest } from './options.js';
export type { Clock, WebSocketConstructor, WebSocketLike } from './platform.js';
export type {
  Channel,
  ChannelEvents,
  ChannelOptions,
  Client,
  ClientEvents,
  HandOver,
  Joined,
  ListenOptions,
  MemberNotice,
  Message,
  Position,
  Presence,
  Status,
  StatusChange,
  WithPosition,
} from './types.js';
