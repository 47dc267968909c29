/** The public face of the package `backchannel-gateway`. */
export { startGateway } from './harness/start-gateway.js';
export type {
  EventPredicate,
  GatewayClock,
  GatewayFaults,
  RunningGateway,
  WaitOptions,
} from './harness/running-gateway.js';
export type {
  Credentials,
  ListeningServer,
  StartGatewayOptions,
  Target,
  TargetInstance,
  TemplateSource,
  UrlObject,
} from './harness/start-options.js';
export type { OpenConnection } from './admin/open-connection.js';
export type { FaultSettings } from './faults.js';
export type * from './recorder/gateway-event.js';
export type { LambdaContext, LambdaHandler } from './lambda/function-source.js';
