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
export {
  Caller,
  ConnectionId,
  type HandlerDecorator,
  Message,
  OnMessage,
  type OnMessageOptions,
  RawMessage,
} from './messages/handler-decorators.js';
export { CONTEXT_TYPE, messageCall, type MessageCall } from './messages/message-call.js';
export { type MessageSchema } from './messages/message-schema.js';
export { MessageError } from './messages/parse-message.js';
export {
  Permissions,
  type PermittedAction,
  PrefixPermissions,
  type Verdict,
} from './channels/permissions.js';
export { ChannelsService, type Joined } from './channels/channels.service.js';
export { ConnectionsService, type Sender } from './connections/connections.service.js';
export { ChannelNameSchema, DataSchema, MessageIdSchema } from '../api/message-schemas.js';
export { type ChannelName, type JsonText, type MessageId } from '../api/messages.js';
export { type ApiDescription, describeApi, type DescribeOptions } from './describe/describe-api.js';
export { type AsyncApiDocument } from './describe/async-api-document.js';
export { CLIENT_ERRORS, type ClientErrorCode } from '../api/errors.js';
