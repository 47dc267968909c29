import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { type BackchannelOptions } from '../../src/nest/options/backchannel-options.js';
import { fromEnvironment } from '../../src/nest/options/from-environment.js';
import { type Extensions as ServiceExtensions } from '../../src/service/app.module.js';
import { createApplication, listen } from '../../src/service/application.js';
import { type Config } from '../../src/nest/config/config.js';
import { type Constants, CONSTANTS } from '../../src/nest/config/constants.js';
import { readConfig } from '../../src/nest/environment/read-config.js';
import { createLogger } from '../../src/nest/logging/logger.js';
import { ConnectionsEndpoint } from './connections-endpoint.js';

// credentials of the tests, not of the machine
process.env['AWS_ACCESS_KEY_ID'] = 'test';
process.env['AWS_SECRET_ACCESS_KEY'] = 'test';

/** The service as it is shipped, on a free port, with a store and an `@connections` of its own. */
export interface TestService extends AsyncDisposable {
  readonly app: NestFastifyApplication;
  readonly endpoint: ConnectionsEndpoint;
  readonly url: string;
  /** The folder of the embedded store, by which a second task shares its state. */
  readonly dataDir: string;
  /** The log lines so far. */
  readonly lines: readonly LogLine[];
  /** API Gateway's call for an event of this connection. */
  post(path: '/connect' | '/disconnect' | '/message', connectionId: string): request.Test;
  /** Sends a client's message; the replies are in `endpoint.posts`. */
  send(connectionId: string, message: unknown): request.Test;
}

/** What a test adds to the service. */
export type Extensions = Pick<ServiceExtensions, 'imports'> & Pick<BackchannelOptions, 'permissions'>;

export type LogLine = Readonly<Record<string, unknown>>;

export async function startService(
  settings: NodeJS.ProcessEnv = {},
  { imports, permissions }: Extensions = {},
  constants: Partial<Constants> = {},
): Promise<TestService> {
  const endpoint = await ConnectionsEndpoint.start();
  const dataDir = await mkdtemp(join(tmpdir(), 'backchannel-'));
  const environment = {
    PORT: '0',
    WS_API_ENDPOINT: endpoint.url,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'trace',
    ...settings,
  };
  const config = readConfig(environment, { ...CONSTANTS, ...constants });
  const lines: LogLine[] = [];
  const app = await createApplication(
    { ...fromEnvironment(environment), permissions, logger: recordingLogger(config, lines) },
    { ...(imports && { imports }), constants: { ...CONSTANTS, ...constants } },
  );
  const url = await listen(app, config);

  const post: TestService['post'] = (path, connectionId) =>
    request(app.getHttpServer())
      .post(path)
      .set('ConnectionId', connectionId)
      .set('RequestId', `request-of-${connectionId}`)
      .set('RouteKey', { '/connect': '$connect', '/disconnect': '$disconnect', '/message': '$default' }[path])
      .set('Content-Type', 'application/json; charset=UTF-8');

  return {
    app,
    endpoint,
    url,
    dataDir,
    lines,
    post,
    send: (connectionId, message) => post('/message', connectionId).send(JSON.stringify(message)),
    async [Symbol.asyncDispose]() {
      await app.close();
      await endpoint[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true });
    },
  };
}

/** The service with connections that have been accepted. */
export async function startServiceWith(
  connectionIds: readonly string[],
  settings?: NodeJS.ProcessEnv,
  extensions?: Extensions,
): Promise<TestService> {
  const service = await startService(settings, extensions);
  await connect(service, ...connectionIds);
  return service;
}

export async function connect(service: TestService, ...connectionIds: readonly string[]): Promise<void> {
  for (const connectionId of connectionIds) await service.post('/connect', connectionId).send().expect(200);
}

/** Sends a request in which a header may occur more than once, which supertest cannot. */
export async function rawPost(
  url: string,
  headers: Readonly<Record<string, string | string[]>>,
  body = '',
): Promise<{
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: string;
}> {
  const outgoing = httpRequest(url, { method: 'POST', headers, agent: false });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: response.statusCode, type: response.headers['content-type'], body: await text(response) };
}

function recordingLogger(config: Config, lines: LogLine[]) {
  return createLogger(config, { write: (line) => void lines.push(JSON.parse(line) as LogLine) });
}
