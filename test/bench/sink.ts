import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from './child.ts';
import { freePort } from './redis.ts';

// Debian installs it in a directory that is not in the PATH of users
const HAPROXY = ['haproxy', '/usr/sbin/haproxy'].find((file) => spawnSync(file, ['-v']).status === 0);

/** The server that accepts the posts in this run. */
export const sinkName = HAPROXY ? 'HAProxy, a server in C' : 'a bare Node server (HAProxy is not installed)';

/** An `@connections` that responds 200 to everything, at a cost that does not affect the measurement. */
export class Sink implements AsyncDisposable {
  /** The value for `WS_API_ENDPOINT`: a URL with a stage. */
  readonly endpoint: string;
  readonly #end: () => Promise<unknown>;

  private constructor(endpoint: string, end: () => Promise<unknown>) {
    this.endpoint = endpoint;
    this.#end = end;
  }

  static async start(): Promise<Sink> {
    if (HAPROXY) return Sink.#startHaproxy(HAPROXY);
    const child = Child.start(join(import.meta.dirname, 'processes/connections-sink.ts'));
    return new Sink(`${await child.receive<string>('listening')}/dev`, () => child[Symbol.asyncDispose]());
  }

  static async #startHaproxy(file: string): Promise<Sink> {
    const port = await freePort();
    const directory = await mkdtemp(join(tmpdir(), 'bench-'));
    const configuration = join(directory, 'haproxy.cfg');
    await writeFile(configuration, configurationFor(port));
    const haproxy = spawn(file, ['-f', configuration], { stdio: ['ignore', 'ignore', 'inherit'] });
    await untilListening(port, haproxy);
    return new Sink(`http://127.0.0.1:${port}/dev`, async () => {
      const ended = once(haproxy, 'exit');
      haproxy.kill('SIGKILL');
      await ended;
      await rm(directory, { recursive: true });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }
}

/** One thread leaves the other core to the poster. HAProxy would close the connection if it did not read the body. */
function configurationFor(port: number): string {
  return `global
  nbthread 1
  maxconn 4000
defaults
  mode http
  timeout client 600s
  timeout http-request 600s
  timeout http-keep-alive 600s
  timeout connect 5s
  timeout server 5s
frontend connections
  bind 127.0.0.1:${port}
  option http-buffer-request
  http-request return status 200
`;
}

async function untilListening(port: number, haproxy: ChildProcess): Promise<void> {
  for (;;) {
    if (haproxy.exitCode !== null) throw new Error(`haproxy ended with ${haproxy.exitCode}`);
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      // HAProxy does not report when it listens
      await sleep(20);
    } finally {
      socket.destroy();
    }
  }
}
