import request from 'supertest';
import { startService, type TestService } from '../../support/service-app.js';

export const API_KEY = 'a-key-of-32-characters-for-orders';
export const OTHER_KEY = 'another-key-of-32-characters-ours';

/** The service with the backend API, and another backend that calls it. */
export interface TestApi extends AsyncDisposable {
  readonly service: TestService;
  /** A request of the other backend, with its key. */
  call(method: 'get' | 'post' | 'put' | 'delete', path: string, key?: string): request.Test;
  publish(channel: string, data: unknown): request.Test;
  /** A client that connects and joins these channels. */
  connect(connectionId: string, channels?: readonly string[], userId?: string): Promise<void>;
}

export async function startBackendApi(settings: NodeJS.ProcessEnv = {}): Promise<TestApi> {
  const service = await startService({ API_KEYS: `orders:${API_KEY},billing:${OTHER_KEY}`, ...settings });
  const call: TestApi['call'] = (method, path, key = API_KEY) =>
    request(service.app.getHttpServer())[method](path).set('Authorization', `Bearer ${key}`);
  return {
    service,
    call,
    publish: (channel, data) =>
      call('post', `/v1/channels/${encodeURIComponent(channel)}/messages`).send({ data }),
    async connect(connectionId, channels = [], userId = '-') {
      await service.post('/connect', connectionId).set('UserId', userId).expect(200);
      for (const channel of channels)
        await service.send(connectionId, { action: 'join', channel }).expect(200);
      service.endpoint.posts.length = 0;
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}
