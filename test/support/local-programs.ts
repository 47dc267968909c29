import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deployLocally, LOCAL_STAGE } from '../../src/local/deployment/deploy-locally.js';
import { type Constants } from '../../src/nest/config/constants.js';
import { SpawnedProgram } from './spawned-program.js';
import { type ClientOptions, WebSocketClient } from './web-socket-client.js';

const WITH_CONSTANTS = join(import.meta.dirname, 'service-with-constants.ts');

/** Differences from the default set-up of both programs. */
export interface LocalProgramsOptions {
  /** Settings of the service. */
  readonly settings?: NodeJS.ProcessEnv;
  /** Other constants of the service. */
  readonly constants?: Partial<Constants>;
  readonly gatewayFlags?: readonly string[];
  /** Further values for `deployLocally`. */
  readonly values?: Partial<Parameters<typeof deployLocally>[0]>;
}

/** Gateway and service as processes of their own, as built, with the API deployed from the one to the other. */
export class LocalPrograms implements AsyncDisposable {
  /** The current process: see {@link startService}. */
  service!: SpawnedProgram;
  serviceUrl = '';
  readonly #gatewaySecret = 'a-secret-of-32-characters-for-test';

  private constructor(
    readonly gateway: SpawnedProgram,
    readonly gatewayUrl: string,
    readonly dataDir: string,
  ) {}

  static async start({
    settings = {},
    constants,
    gatewayFlags = [],
    values = {},
  }: LocalProgramsOptions = {}): Promise<LocalPrograms> {
    const dataDir = await mkdtemp(join(tmpdir(), 'backchannel-'));
    const { program, url } = await SpawnedProgram.listening('gateway/main.js', [
      '--port',
      '0',
      ...gatewayFlags,
    ]);
    const programs = new LocalPrograms(program, url, dataDir);
    try {
      await programs.startService(settings, constants);
      await programs.deploy(values);
    } catch (error) {
      await programs[Symbol.asyncDispose]();
      throw error;
    }
    return programs;
  }

  /** Starts the service, with the port and the state of the process before it, which must have ended. */
  async startService(settings: NodeJS.ProcessEnv = {}, constants?: Partial<Constants>): Promise<void> {
    const [file, args] =
      constants === undefined ? ['service/main.js', []] : [WITH_CONSTANTS, [JSON.stringify(constants)]];
    const { program, url } = await SpawnedProgram.listening(file, args, {
      PORT: this.serviceUrl === '' ? '0' : new URL(this.serviceUrl).port,
      HOST: '127.0.0.1',
      DATA_DIR: this.dataDir,
      GATEWAY_SECRET: this.#gatewaySecret,
      WS_API_ENDPOINT: `${this.gatewayUrl}/${LOCAL_STAGE}`,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      ...settings,
    });
    this.service = program;
    this.serviceUrl = url;
  }

  async deploy(values: LocalProgramsOptions['values'] = {}): Promise<void> {
    const { gatewayUrl, serviceUrl } = this;
    await deployLocally({ gatewayUrl, serviceUrl, gatewaySecret: this.#gatewaySecret, ...values });
  }

  /** The URL at which clients connect. */
  url(token?: string): string {
    const query = token === undefined ? '' : `?token=${token}`;
    return `${this.gatewayUrl.replace('http', 'ws')}/${LOCAL_STAGE}${query}`;
  }

  async open(token?: string, options?: ClientOptions): Promise<WebSocketClient> {
    return WebSocketClient.open(this.url(token), options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway.kill('SIGTERM');
    await (this.service as SpawnedProgram | undefined)?.kill('SIGTERM');
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
