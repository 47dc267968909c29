import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { connectableUrl, isLoopback } from './addresses.js';
import { ProgramEndedError } from './child-program.js';
import { deployLocally, LOCAL_STAGE } from './deployment/deploy-locally.js';
import { readReplies } from './deployment/read-deployment.js';
import { describeAddresses } from './describe-addresses.js';
import { type ProgramSettings, SupervisedProgram } from './supervised-program.js';

/** A program that keeps running until it is stopped. */
export type RunningProgram = Pick<SupervisedProgram, 'listening' | 'supervise' | 'stop' | 'kill'>;

/** What `npm start` and `npm run dev` do differently. */
export interface RunOptions {
  /** The name at the beginning of each line. */
  readonly name: string;
  startService(settings: ProgramSettings): RunningProgram;
  /** The line for a service that listens again. */
  describeRestart(): string;
}

const NPM_START: RunOptions = {
  name: 'start',
  startService: (settings) => new SupervisedProgram(settings),
  describeRestart: () => 'the service listens again',
};

/**
 * Runs the gateway and the service as two processes, as on AWS, and deploys the API of `api/definition.ts`. Ctrl-C
 * stops the gateway first, so that the service still receives every `$disconnect`; a second Ctrl-C kills both. A
 * program that ends by itself is restarted.
 *
 * @returns once both have ended
 */
export async function runGatewayAndService(options: RunOptions = NPM_START): Promise<void> {
  const programs = new GatewayAndService(options);
  process.on('SIGINT', () => programs.requestStop());
  process.on('SIGTERM', () => programs.requestStop());
  // the reader of the output has gone, as in `npm start | head`
  process.stdout.on('error', () => void programs.stop());
  process.stderr.on('error', () => void programs.stop());
  process.exitCode = await programs.run();
}

class GatewayAndService {
  readonly #running: RunningProgram[] = [];
  #isStopping = false;
  #stoppedAt = 0;

  constructor(private readonly options: RunOptions) {}

  /** @returns the exit code, once both have ended */
  async run(): Promise<number> {
    try {
      await this.#start();
      return 0;
    } catch (error) {
      const hasStopped = this.#isStopping;
      const isKnown = hasStopped || (error instanceof ProgramEndedError && error.hasPrintedReason);
      if (!isKnown) this.#print(error instanceof Error ? error.message : String(error));
      await this.stop();
      return hasStopped ? 0 : 1;
    }
  }

  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#stoppedAt = performance.now();
    for (const program of this.#running) await program.stop(stopLimitMs());
  }

  /** The second request kills the programs. npm repeats the signal of a Ctrl-C at once, which is the same request. */
  requestStop(): void {
    if (!this.#isStopping) void this.stop();
    else if (performance.now() - this.#stoppedAt >= SAME_REQUEST_MS)
      for (const program of this.#running) program.kill();
  }

  async #start(): Promise<void> {
    const { env } = process;
    const replies = readReplies(env.REPLIES);
    const gatewaySecret = env.GATEWAY_SECRET || randomBytes(32).toString('base64url');
    const adminToken = env.GATEWAY_ADMIN_TOKEN || generatedAdminToken(env.GATEWAY_HOST);
    const gateway = this.#add(
      (settings) => new SupervisedProgram(settings),
      programSettings('gateway', 'GATEWAY_PORT', {
        ...env,
        // so that the first message can be looked at, too
        GATEWAY_RECORD: env.GATEWAY_RECORD || '32mb',
        ...(adminToken !== undefined && { GATEWAY_ADMIN_TOKEN: adminToken }),
      }),
    );
    const gatewayUrl = connectableUrl(await gateway.listening());
    const service = this.#add(
      (settings) => this.options.startService(settings),
      programSettings('service', 'PORT', {
        ...env,
        HOST: env.HOST || '127.0.0.1',
        GATEWAY_SECRET: gatewaySecret,
        WS_API_ENDPOINT: `${gatewayUrl}/${LOCAL_STAGE}`,
        ...(!isLoopback(new URL(gatewayUrl).hostname) && credentialsOf(env)),
      }),
    );
    const serviceUrl = connectableUrl(await service.listening());
    const deploy = async () => {
      await deployLocally({ gatewayUrl, serviceUrl, gatewaySecret, adminToken, replies });
    };
    await deploy();
    const shownToken = env.GATEWAY_ADMIN_TOKEN ? undefined : adminToken;
    process.stdout.write(describeAddresses({ gatewayUrl, serviceUrl, adminToken: shownToken, env }));

    // a restarted gateway has no API: its resources are in memory
    const gatewayRestarted = async () => {
      await deploy();
      this.#print('the gateway listens again and has its API; clients have to reconnect');
    };
    const serviceRestarted = async () => this.#print(this.options.describeRestart());
    const report = (line: string) => this.#print(line);
    await Promise.race([
      gateway.supervise(gatewayRestarted, report),
      service.supervise(serviceRestarted, report),
    ]);
  }

  #add(start: (settings: ProgramSettings) => RunningProgram, settings: ProgramSettings): RunningProgram {
    if (this.#isStopping) throw new Error('stopped during the start');
    const program = start(settings);
    this.#running.push(program);
    return program;
  }

  #print(line: string): void {
    process.stderr.write(`${this.options.name}: ${line}\n`);
  }
}

const SAME_REQUEST_MS = 500;

function programSettings(name: string, portVariable: string, env: NodeJS.ProcessEnv): ProgramSettings {
  return { name, file: join(import.meta.dirname, `../${name}/main.js`), env, portVariable };
}

/** Longer than the service's own stop, which takes at most 28 s after its draining. */
function stopLimitMs(): number {
  return 30_000 + 1_000 * (Number(process.env.DRAIN_SECONDS) || 0);
}

/** Beyond loopback the control plane of the gateway requires a token, which the deployment needs, too. */
function generatedAdminToken(host: string | undefined): string | undefined {
  return isLoopback(host || '127.0.0.1') ? undefined : randomBytes(32).toString('base64url');
}

/**
 * Placeholders for a gateway on another address of this machine: it does not check signatures, but the SDK needs
 * credentials. Towards loopback the service has placeholders of its own.
 */
function credentialsOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    AWS_ACCESS_KEY_ID: env.AWS_ACCESS_KEY_ID || 'local',
    AWS_SECRET_ACCESS_KEY: env.AWS_SECRET_ACCESS_KEY || 'local',
  };
}
