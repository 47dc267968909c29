import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectionsEndpoint } from './connections-endpoint.js';
import { type LogLine } from './service-app.js';
import { SpawnedProgram } from './spawned-program.js';

/** The service as a process of its own, as built, with an `@connections` that accepts everything by default. */
export interface ServiceProgram extends AsyncDisposable {
  readonly program: SpawnedProgram;
  readonly url: string;
  readonly endpoint: ConnectionsEndpoint;
  /** What was logged so far. */
  lines(): LogLine[];
}

export async function startServiceProgram(settings: NodeJS.ProcessEnv = {}): Promise<ServiceProgram> {
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'backchannel-'));
  stack.defer(() => rm(dataDir, { recursive: true }));
  const endpoint = stack.use(await ConnectionsEndpoint.start());
  const { program, url } = await SpawnedProgram.listening('service/main.js', [], {
    PORT: '0',
    WS_API_ENDPOINT: endpoint.url,
    DATA_DIR: dataDir,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    ...settings,
  });
  stack.use(program);
  const cleanUp = stack.move();
  return {
    program,
    url,
    endpoint,
    lines: () => program.stdout.map((line) => JSON.parse(line) as LogLine),
    [Symbol.asyncDispose]: () => cleanUp.disposeAsync(),
  };
}
