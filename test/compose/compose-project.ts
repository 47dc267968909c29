import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DOCKER = join(import.meta.dirname, '../../docker');

/** The gateway secret that a project starts with. */
export const FIRST_SECRET = 'the-secret-before-any-rotation';

/** A container that ends is restarted: on a loaded machine the store may not respond in time. */
const MAX_ENDS = 5;

/** docker/compose.yaml, started under a name and on ports of its own. Disposing of it removes all that it has made. */
export class ComposeProject implements AsyncDisposable {
  readonly gatewayUrl: string;
  readonly #name: string;
  readonly #files: readonly string[];
  readonly #env: NodeJS.ProcessEnv;

  private constructor(files: readonly string[], gatewayPort: number, servicePort: number) {
    this.gatewayUrl = `http://127.0.0.1:${gatewayPort}`;
    this.#name = `backchannel-test-${process.pid}-${gatewayPort}`;
    this.#files = files;
    this.#env = {
      ...process.env,
      GATEWAY_PORT: String(gatewayPort),
      SERVICE_PORT: String(servicePort),
      GATEWAY_SECRET: FIRST_SECRET,
    };
  }

  /** Builds, starts, and waits until the API is deployed, which is when everything is healthy. */
  static async up(...files: string[]): Promise<ComposeProject> {
    const project = new ComposeProject(files, await freePort(), await freePort());
    try {
      await project.compose('up', '--build', '--detach');
      await project.untilHealthy('deploy');
      return project;
    } catch (error) {
      await project[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Changes a variable of docker/.env, for the commands that follow. */
  set(name: string, value: string): void {
    this.#env[name] = value;
  }

  async compose(...args: string[]): Promise<string> {
    const [command, ...first] = await composeCommand();
    const files = this.#files.flatMap((file) => ['-f', join(DOCKER, file)]);
    const { stdout } = await run(command, [...first, '-p', this.#name, ...files, ...args], {
      env: this.#env,
      maxBuffer: 256 * 1024 * 1024,
    });
    return stdout;
  }

  /** The id of a service's container. */
  async container(service: string): Promise<string> {
    return (
      await this.compose('ps', '-q', '--all', service).catch(() => this.compose('ps', '-q', service))
    ).trim();
  }

  async kill(service: string): Promise<void> {
    await run('docker', ['kill', await this.container(service)]);
  }

  /** SIGTERM, and waits until it has stopped by itself. @returns its exit code */
  async stop(service: string): Promise<number> {
    const id = await this.container(service);
    await run('docker', ['stop', '--time', '60', id]);
    const { stdout } = await run('docker', ['inspect', '--format', '{{.State.ExitCode}}', id]);
    return Number(stdout);
  }

  /** Starts what was stopped or killed, and waits until its health check passes. */
  async start(service: string): Promise<void> {
    const since = Date.now();
    await run('docker', ['start', await this.container(service)]);
    await this.untilHealthy(service, since);
  }

  /** Stops and starts it in one go, and waits until its health check passes. */
  async restart(service: string): Promise<void> {
    await run('docker', ['restart', await this.container(service)]);
    await this.untilHealthy(service, Date.now());
  }

  /** Makes it anew with the variables of now, and nothing else; waits until its health check passes. */
  async recreate(service: string): Promise<void> {
    await this.compose('up', '--detach', '--no-deps', service);
    await this.untilHealthy(service);
  }

  /**
   * @param since milliseconds since 1970: only a check that passes after it counts
   * @throws {Error} with everybody's log: the container has ended again and again instead
   */
  async untilHealthy(service: string, since = 0): Promise<void> {
    const id = await this.container(service);
    const filters = ['--filter', `container=${id}`, '--since', (since / 1000).toFixed(3)];
    const events = spawn('docker', ['events', ...filters, '--format', '{{.Action}}']);
    let ends = 0;
    try {
      for await (const line of createInterface(events.stdout)) {
        if (line === 'health_status: healthy') return;
        if (line === 'die') ends += 1;
        if (ends === MAX_ENDS) break;
      }
      throw new Error(
        `${service} did not become healthy:\n${await this.compose('logs', '--no-color', '--tail', '50')}`,
      );
    } finally {
      events.kill();
      await once(events, 'close');
    }
  }

  /** What a service has logged, as objects. */
  async logs(service: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { stdout } = await run('docker', ['logs', await this.container(service)], {
      maxBuffer: 256 * 1024 * 1024,
    });
    return stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  }

  /** Names of all containers, networks and volumes that are there under this project's name. */
  async leftovers(): Promise<readonly string[]> {
    const filter = ['--filter', `label=com.docker.compose.project=${this.#name}`];
    const kinds = [
      ['ps', '--all', '--quiet'],
      ['network', 'ls', '--quiet'],
      ['volume', 'ls', '--quiet'],
    ];
    const found = await Promise.all(
      kinds.map(async (kind) => (await run('docker', [...kind, ...filter])).stdout),
    );
    return found.flatMap((lines) => lines.split('\n').filter((line) => line !== ''));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.compose('down', '--volumes', '--remove-orphans', '--timeout', '30');
  }
}

/** Compose v2 where it is installed, else docker-compose 1.29. */
async function composeCommand(): Promise<readonly [string, ...string[]]> {
  try {
    await run('docker', ['compose', 'version']);
    return ['docker', 'compose'];
  } catch {
    return ['docker-compose'];
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
