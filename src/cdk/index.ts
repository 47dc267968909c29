/**
 * The public face of `backchannel-cdk`: the construct for WebSocket routes to a load balancer, and the whole
 * deployment.
 */
export { addRoutes, type RoutesTarget } from './add-routes.js';
export { BackchannelStack, type BackchannelStackProps } from './backchannel-stack.js';
export { ParametersError, readParameters, type StackParameters } from './stack-parameters.js';
export { WebSocketNlbIntegration, type WebSocketNlbIntegrationProps } from './web-socket-nlb-integration.js';
export {
  type ContextVariable,
  MappingSource,
  WebSocketParameterMapping,
} from './web-socket-parameter-mapping.js';
