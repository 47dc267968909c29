import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processTree, runningOf } from '../support/process-tree.js';
import { SpawnedProgram } from '../support/spawned-program.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'backchannel-'));
});
afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

const settings = () => ({
  GATEWAY_PORT: '0',
  PORT: '0',
  DATA_DIR: dataDir,
  WS_API_ENDPOINT: 'http://127.0.0.1:9/dev',
  GATEWAY_SECRET: 'a-secret-of-the-gateway',
  GATEWAY_URL: 'http://127.0.0.1:9',
});

/** Without the script that builds first: the tests run what is built. */
const npm = (script: string, ...args: string[]) =>
  SpawnedProgram.command(['npm', 'run', '--ignore-scripts', script, ...args], settings());

/** Ends what a failed test has left. */
function endAll(processIds: readonly number[]): void {
  for (const processId of runningOf(processIds)) process.kill(processId, 'SIGKILL');
}

describe('a program that npm runs', { timeout: 180_000 }, () => {
  it.each([
    ['start', [], 'Ctrl-C stops both', 5],
    ['gateway', [], 'listening', 3],
    ['service', [], 'listening', 3],
    ['deploy:local', ['--', '--watch'], 'retrying', 3],
  ] as const)('ends when npm is killed: %s', async (script, args, line, processes) => {
    await using program = npm(script, ...args);
    await program.prints(line);
    const tree = processTree(program.pid);
    try {
      // npm, on most systems a shell, and the programs
      expect(tree.length).toBeGreaterThanOrEqual(processes - 1);
      process.kill(program.pid, 'SIGKILL');
      await expect.poll(() => runningOf(tree), { timeout: 60_000 }).toEqual([]);
    } finally {
      endAll(tree);
    }
  });
});

describe('a program that npm does not run as its script', { timeout: 180_000 }, () => {
  /** Kills a shell once the gateway that it has started listens. @returns which processes still run, of which */
  async function killShell(env: NodeJS.ProcessEnv) {
    const gateway = `"${process.execPath}" dist/gateway/main.js`;
    // a second command, so that the shell is not replaced by the first
    await using shell = SpawnedProgram.command(['sh', '-c', `${gateway}; true`], { ...settings(), ...env });
    await shell.prints('listening');
    const [parent = 0, ...programs] = processTree(shell.pid);
    try {
      process.kill(parent, 'SIGKILL');
      await expect.poll(() => runningOf([parent]), { timeout: 60_000 }).toEqual([]);
      const url = JSON.parse(shell.stdout.find((line) => line.includes('listening')) ?? '{}') as {
        url: string;
      };
      // longer than npm is looked for
      const until = performance.now() + 1_500;
      while (performance.now() < until) expect((await fetch(`${url.url}/_gateway/health`)).status).toBe(200);
      return { programs, running: runningOf(programs) };
    } finally {
      endAll(programs);
    }
  }

  it('outlives the shell that has started it', async () => {
    const { programs, running } = await killShell({});
    expect(running).toEqual(programs);
  });

  it.each([
    ['in the background of a script', 'node dist/gateway/main.js & npm run other'],
    ['by a program of another script', 'node start-everything.js'],
  ])('outlives its parent, started %s', async (_, npm_lifecycle_script) => {
    const { programs, running } = await killShell({ npm_lifecycle_script });
    expect(running).toEqual(programs);
  });
});
