import { type INestApplication } from '@nestjs/common';
import { CallbackCredentials } from '../callback/client/callback-credentials.js';
import { ConnectionsClient } from '../callback/client/connections-client.js';

/**
 * Sends the callbacks of an application through another client. The queues, retries and limits in front of the client
 * stay the application's own.
 *
 * The application has its client already, so that the methods of that object are replaced.
 */
export function divertCallbacks(app: INestApplication, client: ConnectionsClient): void {
  const own = app.get(ConnectionsClient, { strict: false });
  const closeOwn = own.close.bind(own);
  Object.assign(own, {
    post: client.post.bind(client),
    get: client.get.bind(client),
    delete: client.delete.bind(client),
    close() {
      client.close();
      closeOwn();
    },
  } satisfies Record<keyof ConnectionsClient, unknown>);
  // nothing is signed with them, so that an application that is not initialized yet starts without any
  const placeholder = { accessKeyId: 'test', secretAccessKey: 'test' };
  Object.assign(app.get(CallbackCredentials, { strict: false }), {
    current: () => placeholder,
  } satisfies Partial<Record<keyof CallbackCredentials, unknown>>);
}
