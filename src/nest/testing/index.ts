/** The public face of `backchannel-nest/testing`: for tests of applications with `BackchannelModule`. */
export { type Close, type ConnectOptions } from './in-process-gateway.js';
export { createTestClient, type ServiceResponse, type TestClient, type WaitOptions } from './test-client.js';
export { type GatewayInFront, type GatewayOptions, startBehindGateway } from './start-behind-gateway.js';
export { HandshakeRefusedError, NoMessageError } from './testing.errors.js';
