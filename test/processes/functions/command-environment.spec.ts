import { copyFileSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FunctionResponse } from '../../../src/gateway/lambda/function-response.js';
import { parseFunctionFlag } from '../../../src/gateway/lambda/function-source.js';
import { Functions } from '../../../src/gateway/lambda/functions.js';
import { LogLines } from '../../support/log-lines.js';

const SCRIPT = join(import.meta.dirname, 'handlers/authorizer.py');

/** Functions from the values of `--function`, ended with the test. */
function functionsOf(command: string) {
  const lines = new LogLines();
  const { name, source } = parseFunctionFlag(`auth=${command}`);
  const functions = new Functions(new Map([[name, source]]), lines.log);
  const invoke = async (token: string, timeoutMs = 30_000) =>
    functions.invoke(
      'auth',
      JSON.stringify({ methodArn: 'arn', queryStringParameters: { token } }),
      timeoutMs,
    );
  return { functions, lines, invoke, [Symbol.asyncDispose]: async () => functions.close() };
}

const read = ({ payload }: FunctionResponse) =>
  JSON.parse(payload) as { readonly context: { readonly pid: number } };

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a function that is a command', () => {
  it('responds by the runtime API, keeps its process, and has its output logged', async () => {
    await using auth = functionsOf(`STAGE=dev python3 ${SCRIPT}`);
    await auth.functions.load();
    const first = await auth.invoke('good');
    expect(read(first)).toMatchObject({ principalId: 'auth', context: { stage: 'dev' } });
    expect(await auth.lines.next('function output')).toMatchObject({
      line: 'token good',
      requestId: first.requestId,
    });
    expect(read(await auth.invoke('bad')).context.pid).toBe(read(first).context.pid);
  });

  it('fails with the error that it reports', async () => {
    await using auth = functionsOf(`python3 ${SCRIPT}`);
    const failed = await auth.invoke('raise');
    expect(failed.functionError).toBe('Unhandled');
    expect(read(failed)).toMatchObject({ errorType: 'ValueError', errorMessage: 'no such token' });
    expect((await auth.invoke('good')).functionError).toBeUndefined();
  });

  it('that ends during an invocation fails it, and is started again for the next', async () => {
    await using auth = functionsOf(`python3 ${SCRIPT}`);
    const failed = read(await auth.invoke('exit'));
    expect(failed).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/authorizer\.py exited with status 3$/) as string,
    });
    expect((await auth.invoke('good')).functionError).toBeUndefined();
  });

  it('is told that its response is too large', async () => {
    await using auth = functionsOf(`python3 ${SCRIPT}`);
    expect(read(await auth.invoke('big'))).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
    expect(await auth.lines.next('function output')).toMatchObject({ line: 'refused 413' });
  });

  it('runs concurrent invocations in processes of their own, and ends them with the gateway', async () => {
    const auth = functionsOf(`python3 ${SCRIPT}`);
    const waiting = auth.invoke('wait');
    const { line } = await auth.lines.next('function output');
    const other = read(await auth.invoke('good')).context.pid;
    const pids = [Number(String(line).replace('waits in ', '')), other];
    expect(pids.map(isAlive)).toEqual([true, true]);
    await auth.functions.close();
    expect(read(await waiting)).toMatchObject({ errorMessage: 'the gateway ended the function' });
    expect(pids.map(isAlive)).toEqual([false, false]);
  });

  it('is started again after a change of a file that the command names', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'function-'));
    try {
      const script = join(folder, 'authorizer.py');
      copyFileSync(SCRIPT, script);
      await using auth = functionsOf(`python3 ${script}`);
      const before = read(await auth.invoke('good'));
      utimesSync(script, new Date(), new Date(Date.now() + 5_000));
      expect(read(await auth.invoke('good')).context.pid).not.toBe(before.context.pid);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    [`STAGE=broken python3 ${SCRIPT}`, /no module named x/],
    [`STAGE=crashing python3 ${SCRIPT}`, /exited with status 7 before it asked for an invocation/],
    ['no-such-program of mine', /no-such-program cannot be started: there is no such program/],
  ])('that cannot load stops the start: %s', async (command, reason) => {
    await using auth = functionsOf(command);
    await expect(auth.functions.load()).rejects.toThrow(reason);
  });
});
