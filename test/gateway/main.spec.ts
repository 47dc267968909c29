import { createServer } from 'node:net';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SpawnedProgram } from '../support/spawned-program.js';

const gateway = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  SpawnedProgram.run('gateway/main.js', args, env);

describe('the gateway as a program', () => {
  it('says in one JSON line where it listens, and stops without a word on SIGTERM', async () => {
    const { program, url } = await SpawnedProgram.listening('gateway/main.js', ['--port', '0']);
    expect(await (await fetch(`${url}/_gateway/health`)).json()).toEqual({ status: 'ok' });
    expect(await program.kill('SIGTERM')).toBe(0);
    expect(program.stdout.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'listening',
      'stopped',
    ]);
    expect(program.stderr).toEqual([]);
  });

  it('says which port is in use and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const program = gateway([], { GATEWAY_PORT: String(port) });
    expect(await program.exit).toBe(1);
    expect(program.stderr).toEqual([
      `gateway: 127.0.0.1:${port} is in use: stop what listens there, or choose another port with GATEWAY_PORT or --port`,
    ]);
    other.close();
  });

  it('names everything that is wrong with its flags and settings at once', async () => {
    const program = gateway(['--port', 'x', '--target', 'nlb'], { LOG_LEVEL: 'loud' });
    expect(await program.exit).toBe(1);
    expect(program.stderr).toHaveLength(3);
    expect(program.stderr.join()).toMatch(/GATEWAY_PORT.*LOG_LEVEL.*--target/);
    expect(program.stdout).toEqual([]);
  });

  it('names a flag that it does not know', async () => {
    const program = gateway(['--prot', '1']);
    expect(await program.exit).toBe(1);
    expect(program.stderr.join()).toContain('--prot');
  });

  it('lists its flags', async () => {
    const program = gateway(['--help']);
    expect(await program.exit).toBe(0);
    expect(program.stdout.join('\n')).toContain('--target NLB=HOST[:PORT]');
  });
});
