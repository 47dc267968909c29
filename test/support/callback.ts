import { type ConnectionId } from '../../src/api/integration.js';
import { type CallbackObserver } from '../../src/nest/callback/callback-observer.js';
import { GoneError } from '../../src/nest/callback/callback.errors.js';
import { CallbackService } from '../../src/nest/callback/callback.service.js';
import { createCallbackCredentials } from '../../src/nest/callback/client/callback-credentials.js';
import { createConnectionsClient } from '../../src/nest/callback/client/create-connections-client.js';
import { type DeliveryReport } from '../../src/nest/callback/delivery-report.js';
import { type Recipient } from '../../src/nest/callback/recipient.js';
import { type Constants, CONSTANTS } from '../../src/nest/config/constants.js';
import { readConfig } from '../../src/nest/environment/read-config.js';

// credentials of the tests, not of the machine
process.env['AWS_ACCESS_KEY_ID'] = 'test';
process.env['AWS_SECRET_ACCESS_KEY'] = 'test';

export const NO_OBSERVER = {
  attempted: () => undefined,
  posted: () => undefined,
  settled: () => undefined,
  closing: () => undefined,
  notClosed: () => undefined,
  credentialsRead: () => undefined,
} satisfies CallbackObserver;

/** The callback service without the rest of the service. */
export function callbackTo(
  url: string,
  settings: NodeJS.ProcessEnv = {},
  observer: Partial<CallbackObserver> = {},
  constants: Partial<Constants> = {},
): CallbackService & Disposable {
  const config = readConfig({ WS_API_ENDPOINT: url, ...settings }, { ...CONSTANTS, ...constants });
  const complete: CallbackObserver = { ...NO_OBSERVER, ...observer };
  const credentials = createCallbackCredentials(config, complete);
  const client = createConnectionsClient(config, credentials, complete);
  const service = new CallbackService(config, client, credentials, complete);
  return Object.assign(service, { [Symbol.dispose]: () => service.onApplicationShutdown() });
}

export const connection = (n: number) => `c${n}=` as ConnectionId;

export async function postToAll(
  callback: CallbackService,
  connectionIds: readonly ConnectionId[],
  data: string,
): Promise<DeliveryReport> {
  return callback.postToMany(pageOf(connectionIds), data);
}

/** One post, sent as a message to many; rejects with its error. */
export async function postAsMany(
  callback: CallbackService,
  recipient: Recipient,
  data: string,
): Promise<void> {
  const page = (async function* () {
    yield [recipient];
  })();
  const { gone, firstFailure } = await callback.postToMany(page, data);
  if (gone > 0) throw new GoneError('counted as gone');
  if (firstFailure instanceof Error) throw firstFailure;
}

async function* pageOf(connectionIds: readonly ConnectionId[]) {
  yield connectionIds.map((connectionId) => ({ connectionId }));
}
