import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { BackchannelModule, type BackchannelOptions, FASTIFY_OPTIONS } from '../../src/nest/index.js';
import { ConnectionsEndpoint } from './connections-endpoint.js';

// credentials of the tests, not of the machine
process.env['AWS_ACCESS_KEY_ID'] = 'test';
process.env['AWS_SECRET_ACCESS_KEY'] = 'test';

/** A Nest application of a team, which imports the module at `/ws`, on a free port. */
export interface TeamApp extends AsyncDisposable {
  readonly app: NestFastifyApplication;
  readonly endpoint: ConnectionsEndpoint;
  readonly url: string;
  readonly dataDir: string;
  /** API Gateway's request for an event of this connection. */
  post(
    path: string,
    connectionId: string,
    body?: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
  /** Sends a client's message. @returns the status; the replies are in `endpoint.posts` */
  send(connectionId: string, message: unknown): Promise<number>;
}

export interface TeamAppParts extends ModuleMetadata {
  /** Beside the endpoint, the store and the path. */
  readonly options?: Partial<BackchannelOptions>;
  /** What `main.ts` does before it listens. */
  readonly prepare?: (app: NestFastifyApplication) => unknown;
}

export async function startTeamApp({
  options = {},
  prepare,
  imports = [],
  ...metadata
}: TeamAppParts = {}): Promise<TeamApp> {
  await using cleanup = new AsyncDisposableStack();
  const endpoint = cleanup.use(await ConnectionsEndpoint.start());
  const dataDir = await mkdtemp(join(tmpdir(), 'backchannel-'));
  cleanup.defer(() => rm(dataDir, { recursive: true }));
  const backchannel = BackchannelModule.forRoot({
    wsApiEndpoint: endpoint.url,
    path: '/ws',
    store: { kind: 'embedded', dataDir },
    logLevel: 'silent',
    ...options,
  });
  @Module({ ...metadata, imports: [backchannel, ...imports] })
  class AppModule {}
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule,
    new FastifyAdapter(FASTIFY_OPTIONS),
    { logger: false, abortOnError: false },
  );
  cleanup.defer(() => app.close());
  await prepare?.(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const owned = cleanup.move();

  const post: TeamApp['post'] = (path, connectionId, body, headers) =>
    fetch(url + path, {
      method: 'POST',
      headers: {
        ConnectionId: connectionId,
        RequestId: 'r',
        'Content-Type': 'application/json; charset=UTF-8',
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
  return {
    app,
    endpoint,
    url,
    dataDir,
    post,
    send: async (connectionId, message) =>
      (await post('/ws/message', connectionId, JSON.stringify(message))).status,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
