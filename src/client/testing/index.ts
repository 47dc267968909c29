/** The public face of `backchannel-client/testing`: for tests of applications that use the client. */
export { FakeClock, settle } from './fake-clock.js';
export {
  type FakeConnection,
  type FakeRequest,
  FakeService,
  type FakeServiceOptions,
} from './fake-service.js';
