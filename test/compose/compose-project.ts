import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DOCKER = join(import.meta.dirname, '../../docker');

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
    };
  }

  /** Builds, starts, and waits until the API is deployed, which is when everything is healthy. */
  static async up(...files: string[]): Promise<ComposeProject> {
    const project = new ComposeProject(files, await freePort(), await freePort());
    try {
      await project.compose('up', '--build', '--detach');
      const { stdout: exitCode } = await run('docker', ['wait', await project.container('deploy')]);
      if (exitCode.trim() !== '0') throw new Error(await project.compose('logs', '--no-color'));
      return project;
    } catch (error) {
      await project[Symbol.asyncDispose]();
      throw error;
    }
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
    const id = await this.container(service);
    const events = spawn('docker', ['events', '--filter', `container=${id}`, '--format', '{{.Action}}']);
    try {
      const lines = createInterface(events.stdout);
      const healthy = (async () => {
        for await (const line of lines) if (line === 'health_status: healthy') return;
        throw new Error(`${service} did not become healthy`);
      })();
      await run('docker', ['start', id]);
      await healthy;
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
