/** The public face of the package `backchannel-client`. */
export { connect } from './client.js';
export { BackchannelError, type ErrorCode } from './errors.js';
export { type ConnectOptions, type TokenRequest } from './options.js';
export { type Clock, type WebSocketConstructor, type WebSocketLike } from './platform.js';
export {
  type Channel,
  type ChannelEvents,
  type ChannelOptions,
  type Client,
  type ClientEvents,
  type HandOver,
  type Joined,
  type ListenOptions,
  type MemberNotice,
  type Message,
  type Position,
  type Presence,
  type Status,
  type StatusChange,
  type WithPosition,
} from './types.js';
