/**
 * The public face of `backchannel-nest`: the application behind an API Gateway WebSocket API, what handlers of
 * messages and permission rules need, and the settings from the environment.
 */
export { createApplication, listen } from './application/application.js';
export { type Extensions } from './application/extensions.js';
export { readConfig } from './environment/read-config.js';
export { Config } from './config/config.js';
export { ConfigError } from './config/config.errors.js';
export { createLogger } from './logging/logger.js';
export { Caller, ConnectionId } from './handlers/handler-parameters.js';
export {
  type ConnectCall,
  CONTEXT_TYPE,
  type DisconnectCall,
  handlerCall,
  type HandlerCall,
  messageCall,
  type MessageCall,
} from './handlers/handler-call.js';
export {
  CloseCode,
  ConnectHeader,
  LeftChannels,
  OnConnect,
  OnDisconnect,
} from './lifecycle/lifecycle-decorators.js';
export { Message, OnMessage, type OnMessageOptions, RawMessage } from './messages/handler-decorators.js';
export { type MessageSchema } from './messages/message-schema.js';
export { MessageError } from './messages/parse-message.js';
export {
  Permissions,
  type PermittedAction,
  PrefixPermissions,
  type Verdict,
} from './channels/permissions.js';
export { ChannelsService, type Joined } from './channels/channels.service.js';
export { type KnownConnection, type Sender } from './connections/caller.js';
export { ConnectionsService } from './connections/connections.service.js';
export { ChannelNameSchema, DataSchema, MessageIdSchema } from '../api/message-schemas.js';
export { type ChannelName, type JsonText, type MessageId } from '../api/messages.js';
export { CLIENT_ERRORS, type ClientErrorCode } from '../api/errors.js';
