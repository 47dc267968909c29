/**
 * The public face of `backchannel-nest`: the module for a Nest application behind an API Gateway WebSocket API, what its
 * handlers and permission rules need, and its errors.
 */
export { BackchannelModule } from './application/backchannel.module.js';
export { FASTIFY_OPTIONS } from './application/fastify-options.js';
export { type BackchannelAsyncOptions } from './application/options-source.js';
export {
  type BackchannelOptions,
  type FeatureOptions,
  type ModuleOptions,
} from './options/backchannel-options.js';
export { fromEnvironment } from './options/from-environment.js';
export {
  type AuthenticationOptions,
  type BackendApiOptions,
  type CallbackOptions,
  type ChannelOptions,
  type JwtOptions,
  type TracingOptions,
} from './options/option-groups.js';
export {
  type DynamoDbStoreOptions,
  type EmbeddedStoreOptions,
  type RedisStoreOptions,
  type StoreOptions,
} from './options/store-options.js';

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
export {
  type HandlerDecorator,
  Message,
  OnMessage,
  type OnMessageOptions,
  RawMessage,
} from './messages/handler-decorators.js';
export { type MessageSchema } from './messages/message-schema.js';
export { ChannelNameSchema, DataSchema, MessageIdSchema } from '../api/message-schemas.js';
export { type ChannelName, type JsonText, type MessageId, type Since } from '../api/messages.js';
export { type UserId } from '../api/integration.js';

export { type ConnectionInfo, Connections } from './connections/connections.js';
export { type DeliveryReport } from './callback/delivery-report.js';
export {
  Channels,
  type History,
  type HistoryMessage,
  type Joined,
  type Presence,
  type PublishedMessage,
  type PublishOptions,
} from './channels/channels.js';
export {
  Permissions,
  type PermittedAction,
  PrefixPermissions,
  type Verdict,
} from './channels/permissions.js';
export { Draining } from './operation/draining.js';
export { type Sender } from './connections/caller.js';

export { type ApiDescription, describeApi, type DescribeOptions } from './describe/describe-api.js';
export { type AsyncApiDocument } from './describe/async-api-document.js';

export { CLIENT_ERRORS, type ClientErrorCode } from '../api/errors.js';
export {
  CallbackError,
  CallbackTimeoutError,
  ConnectionClosingError,
  CredentialsError,
  ForbiddenError,
  QueueFullError,
  ThrottledError,
  TooLargeError,
} from './callback/callback.errors.js';
export { ChannelError } from './channels/channel.errors.js';
export { ConfigError } from './config/config.errors.js';
export { UnknownConnectionError } from './connections/connection.errors.js';
export { MessageError } from './messages/parse-message.js';
export { KeyReusedError, StoreFullError, StoreUnavailableError } from './store/store.errors.js';
