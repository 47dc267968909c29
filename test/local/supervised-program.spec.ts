import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ProgramEndedError } from '../../src/local/child-program.js';
import { SupervisedProgram } from '../../src/local/supervised-program.js';
import { Queue } from '../support/queue.js';

/** Reports a URL as our programs do, and stops on SIGTERM with exit code 0. */
const LISTENS = `
process.on('SIGTERM', () => process.exit(0));
require('node:fs').writeFileSync(process.env.PROCESS_ID_FILE, String(process.pid));
process.send({ listening: 'http://127.0.0.1:' + (process.env.PORT ?? 4711) });
setInterval(() => {}, 60_000);
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'supervised-'));
  writeFileSync(join(folder, 'listens.cjs'), LISTENS);
  writeFileSync(join(folder, 'fails.cjs'), 'process.exit(3);');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A program under supervision, with its reports and restarts. */
async function startSupervised() {
  const file = join(folder, 'listens.cjs');
  const processIdFile = join(folder, 'process-id');
  const env = { PROCESS_ID_FILE: processIdFile };
  const program = new SupervisedProgram({ name: 'service', file, env, portVariable: 'PORT' });
  await program.listening();
  const reports = new Queue<string>('a report');
  const restarts = new Queue<string>('a restart');
  const supervision = program.supervise(
    async () => restarts.push('restarted'),
    (line) => reports.push(line),
  );
  const kill = (signal: NodeJS.Signals) => process.kill(Number(readFileSync(processIdFile, 'utf8')), signal);
  return { program, reports, restarts, supervision, kill };
}

it('rejects with the end of a program that does not start', async () => {
  const file = join(folder, 'fails.cjs');
  const program = new SupervisedProgram({ name: 'service', file, env: {}, portVariable: 'PORT' });
  await expect(program.listening()).rejects.toThrow(ProgramEndedError);
});

it('gives up on a program that ends five times within a minute, and reports the last end', async () => {
  const { reports, restarts, supervision, kill } = await startSupervised();
  for (let ends = 1; ends < 5; ends += 1) {
    kill('SIGKILL');
    expect(await reports.next()).toMatch(
      /^the service \(process \d+\) ended with signal SIGKILL: restarting/,
    );
    await restarts.next();
  }
  // as with a plain `kill`: the program stops in order
  kill('SIGTERM');
  await expect(supervision).rejects.toThrow(/exit code 0, and 5 times within 60 s: giving up/);
});

it('stops at once while it waits to restart a program', async () => {
  const { program, reports, restarts, supervision, kill } = await startSupervised();
  kill('SIGKILL');
  await reports.next();
  await program.stop(60_000);
  await supervision;
  expect(restarts.pending).toEqual([]);
});

it('kills a program that does not stop within the limit', async () => {
  const { program, supervision, kill } = await startSupervised();
  kill('SIGSTOP');
  await program.stop(50);
  await expect(supervision).resolves.toBeUndefined();
});

it('kills a program that does not stop, on request', async () => {
  const { program, supervision, kill } = await startSupervised();
  kill('SIGSTOP');
  const stopped = program.stop(600_000);
  program.kill();
  await stopped;
  await expect(supervision).resolves.toBeUndefined();
});
