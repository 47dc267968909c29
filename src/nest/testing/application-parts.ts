import { type INestApplication } from '@nestjs/common';
import { CallbackCredentials } from '../callback/client/callback-credentials.js';
import { ConnectionsClient } from '../callback/client/connections-client.js';
import { Config } from '../config/config.js';

/** @throws {TypeError} the application does not import the module */
export function configOf(app: INestApplication): Config {
  try {
    return app.get(Config, { strict: false });
  } catch (error) {
    throw new TypeError('expected an application that imports BackchannelModule', { cause: error });
  }
}

/** Lets an application that is not initialized yet start without AWS credentials: its callbacks will not be signed with any. */
export function needNoCredentials(app: INestApplication): void {
  const placeholder = { accessKeyId: 'test', secretAccessKey: 'test' };
  Object.assign(app.get(CallbackCredentials, { strict: false }), {
    current: () => placeholder,
  } satisfies Partial<Record<keyof CallbackCredentials, unknown>>);
}

/**
 * Sends the callbacks of an application through another client. The queues, retries and limits in front of the client
 * stay the application's own.
 *
 * They have its present client already, so that the methods of that object are replaced.
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
}
