import { type Config } from '../../config/config.js';
import { type CallbackObserver } from '../callback-observer.js';
import { type CallbackCredentials } from './callback-credentials.js';
import { type ConnectionsClient } from './connections-client.js';
import { SdkConnectionsClient } from './sdk-connections-client.js';
import { SignedConnectionsClient } from './signed-connections-client.js';

/** The client that `CALLBACK_CLIENT` selects. */
export function createConnectionsClient(
  config: Config,
  credentials: CallbackCredentials,
  observer: CallbackObserver,
): ConnectionsClient {
  const sdk = new SdkConnectionsClient(config, credentials, observer);
  switch (config.callbackClient) {
    case 'sdk':
      return sdk;
    case 'signed':
      return new SignedConnectionsClient(config, credentials, observer, sdk);
  }
  return config.callbackClient satisfies never;
}
