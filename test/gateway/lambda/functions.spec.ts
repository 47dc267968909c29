import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { type FunctionResponse } from '../../../src/gateway/lambda/function-response.js';
import { parseFunctionFlag } from '../../../src/gateway/lambda/function-source.js';
import { Functions } from '../../../src/gateway/lambda/functions.js';
import { FunctionModule } from '../../support/function-module.js';
import { LogLines } from '../../support/log-lines.js';

/** Functions from values of `--function`, closed at the end of the test. */
function functionsOf(flags: readonly string[], log = pino({ level: 'silent' })) {
  const sources = flags.map(parseFunctionFlag).map(({ name, source }) => [name, source] as const);
  const functions = new Functions(new Map(sources), log);
  return Object.assign(functions, { [Symbol.asyncDispose]: async () => functions.close() });
}

const read = ({ payload }: FunctionResponse): unknown => JSON.parse(payload);

describe('a local function', () => {
  it('responds with its handler’s return value', async () => {
    using module = new FunctionModule('export const handler = async (event) => ({ got: event.a });');
    await using functions = functionsOf([`chat=${module.file}`]);
    expect(await functions.invoke('chat', '{"a":1}', 5_000)).toMatchObject({ payload: '{"got":1}' });
  });

  it('may be another export', async () => {
    using module = new FunctionModule('export async function onConnect() { return "connected"; }');
    await using functions = functionsOf([`chat=${module.file}#onConnect`]);
    expect(read(await functions.invoke('chat', '{}', 5_000))).toBe('connected');
  });

  it('may be CommonJS', async () => {
    using module = new FunctionModule('');
    module.write('exports.handler = async () => "common";', 'function.cjs');
    await using functions = functionsOf([`chat=${module.folder}/function.cjs`]);
    expect(read(await functions.invoke('chat', '{}', 5_000))).toBe('common');
  });

  it('may respond by a callback', async () => {
    using module = new FunctionModule(
      'export const handler = (event, context, callback) => { setImmediate(callback, null, event.a); };',
    );
    await using functions = functionsOf([`chat=${module.file}`]);
    expect(read(await functions.invoke('chat', '{"a":"called back"}', 5_000))).toBe('called back');
  });

  it('that is neither async nor takes a callback responds with null, and a log line says so', async () => {
    using module = new FunctionModule('export const handler = () => ({ statusCode: 200 });');
    const lines = new LogLines();
    await using functions = functionsOf([`chat=${module.file}`], lines.log);
    expect(read(await functions.invoke('chat', '{}', 5_000))).toBeNull();
    expect(await lines.next('function output')).toMatchObject({ line: expect.stringContaining('async') });
  });

  it('that returns nothing responds with null', async () => {
    using module = new FunctionModule('export const handler = async () => {};');
    await using functions = functionsOf([`chat=${module.file}`]);
    expect(await functions.invoke('chat', '{}', 5_000)).toMatchObject({ payload: 'null' });
  });

  it('receives Lambda’s context', async () => {
    using module = new FunctionModule(`
      export const handler = async (event, context) => ({
        ...context,
        remaining: context.getRemainingTimeInMillis(),
        variable: process.env.AWS_LAMBDA_FUNCTION_NAME,
      });`);
    await using functions = functionsOf([`chat=${module.file}`]);
    const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:chat:prod';
    const seen = read(await functions.invoke(arn, '{}', 5_000)) as Record<string, unknown>;
    expect(seen).toMatchObject({
      functionName: 'chat',
      functionVersion: '$LATEST',
      invokedFunctionArn: arn,
      awsRequestId: expect.stringMatching(/^[\da-f-]{36}$/),
      variable: 'chat',
    });
    expect(seen.remaining).toBeGreaterThan(0);
    expect(seen.remaining).toBeLessThanOrEqual(5_000);
  });

  it('writes to the gateway’s log', async () => {
    using module = new FunctionModule('export const handler = async () => { console.log("hello"); };');
    const lines = new LogLines();
    await using functions = functionsOf([`chat=${module.file}`], lines.log);
    await functions.invoke('chat', '{}', 5_000);
    expect(await lines.next('function output')).toMatchObject({ functionName: 'chat', line: 'hello' });
  });
});

describe('a name', () => {
  it.each([
    'chat',
    'chat:prod',
    'chat:3',
    '123456789012:function:chat',
    'arn:aws:lambda:us-east-1:123456789012:function:chat',
    'arn:aws:lambda:us-east-1:123456789012:function:chat:$LATEST',
  ])('%s is the function chat', async (name) => {
    using module = new FunctionModule('export const handler = async () => "found";');
    await using functions = functionsOf([`chat=${module.file}`]);
    expect(read(await functions.invoke(name, '{}', 5_000))).toBe('found');
  });

  it('with an alias is the function of that alias, if there is one', async () => {
    using prod = new FunctionModule('export const handler = async () => "prod";');
    using other = new FunctionModule('export const handler = async () => "other";');
    await using functions = functionsOf([`chat=${other.file}`, `chat:prod=${prod.file}`]);
    const arn = 'arn:aws:lambda:us-east-1:123456789012:function:chat';
    expect(read(await functions.invoke(`${arn}:prod`, '{}', 5_000))).toBe('prod');
    expect(read(await functions.invoke(`${arn}:dev`, '{}', 5_000))).toBe('other');
  });

  it('that was not given is an error', async () => {
    await using functions = functionsOf([]);
    await expect(functions.invoke('chat', '{}', 5_000)).rejects.toThrow("no function 'chat' was given");
  });
});

describe('a failure', () => {
  const failing = async (code: string, timeoutMs = 5_000) => {
    using module = new FunctionModule(code);
    await using functions = functionsOf([`chat=${module.file}`]);
    const answer = await functions.invoke('chat', '{}', timeoutMs);
    return { functionError: answer.functionError, ...(read(answer) as object) };
  };

  it('is an error that the handler throws, with its type, message and trace', async () => {
    expect(await failing('export const handler = async () => { throw new TypeError("no"); };')).toEqual({
      functionError: 'Unhandled',
      errorType: 'TypeError',
      errorMessage: 'no',
      trace: expect.arrayContaining(['TypeError: no']),
    });
  });

  it.each([
    ['thrown before it is async', 'export const handler = () => { throw new Error("no"); };'],
    ['passed to the callback', 'export const handler = (e, c, callback) => { callback(new Error("no")); };'],
  ])('is an error %s', async (_, code) => {
    expect(await failing(code)).toMatchObject({ errorType: 'Error', errorMessage: 'no' });
  });

  it('is any thrown value, not only an error', async () => {
    expect(await failing('export const handler = async () => { throw "Unauthorized"; };')).toMatchObject({
      errorType: 'string',
      errorMessage: 'Unauthorized',
    });
  });

  it.each([
    ['cannot be JSON', 'export const handler = async () => 1n;', 'Runtime.MarshalError'],
    [
      'is over 6 MB',
      'export const handler = async () => "x".repeat(6291457);',
      'Function.ResponseSizeTooLarge',
    ],
  ])('is a result that %s', async (_, code, errorType) => {
    expect(await failing(code)).toMatchObject({ functionError: 'Unhandled', errorType });
  });

  it('is a module that does not load', async () => {
    expect(await failing('export const handler = ;')).toMatchObject({ errorType: 'SyntaxError' });
    expect(await failing('throw new RangeError("at the top");')).toMatchObject({
      errorType: 'RangeError',
      errorMessage: 'at the top',
    });
  });

  it('is a module without a handler', async () => {
    expect(await failing('export const other = 1;')).toMatchObject({ errorType: 'Runtime.HandlerNotFound' });
  });

  it('is an exit, after which the next call has a new environment', async () => {
    using module = new FunctionModule(
      'export const handler = async ({ exit }) => { if (exit) process.exit(3); return "alive"; };',
    );
    await using functions = functionsOf([`chat=${module.file}`]);
    const exited = await functions.invoke('chat', '{"exit":true}', 5_000);
    expect(read(exited)).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect(read(await functions.invoke('chat', '{}', 5_000))).toBe('alive');
  });

  it('is an uncaught error, after which the next call has a new environment', async () => {
    using module = new FunctionModule(`
      export const handler = async ({ crash }) => {
        if (!crash) return 'alive';
        setImmediate(() => { throw new Error('behind its back'); });
        return new Promise(() => {});
      };`);
    await using functions = functionsOf([`chat=${module.file}`]);
    const crashed = await functions.invoke('chat', '{"crash":true}', 5_000);
    expect(read(crashed)).toMatchObject({ errorType: 'Error', errorMessage: 'behind its back' });
    expect(read(await functions.invoke('chat', '{}', 5_000))).toBe('alive');
  });

  it('is not caused by messages of the module to its parent', async () => {
    using module = new FunctionModule(`
      import { parentPort } from 'node:worker_threads';
      parentPort.postMessage(null);
      export const handler = async () => { parentPort.postMessage({ kind: 'returned' }); return 'fine'; };`);
    await using functions = functionsOf([`chat=${module.file}`]);
    expect(read(await functions.invoke('chat', '{}', 5_000))).toBe('fine');
  });

  it('between two calls does not affect the next one', async () => {
    using module = new FunctionModule(`
      export const handler = async () => { setTimeout(() => process.exit(1), 50); };`);
    const lines = new LogLines();
    await using functions = functionsOf([`chat=${module.file}`], lines.log);
    await functions.invoke('chat', '{}', 5_000);
    await lines.next('function ended between two invocations');
    expect(await functions.invoke('chat', '{}', 5_000)).not.toHaveProperty('functionError');
  });

  it('is logged with its trace', async () => {
    using module = new FunctionModule('export const handler = async () => { throw new Error("no"); };');
    const lines = new LogLines();
    await using functions = functionsOf([`chat=${module.file}`], lines.log);
    await functions.invoke('chat', '{}', 5_000);
    const line = await lines.next('function failed');
    expect(line).toMatchObject({ functionName: 'chat', errorType: 'Error', errorMessage: 'no' });
    expect(line.trace).toContainEqual(expect.stringContaining('function.mjs'));
  });
});

describe('a timeout', () => {
  it('ends a function that waits', async () => {
    using module = new FunctionModule('export const handler = () => new Promise(() => {});');
    await using functions = functionsOf([`chat=${module.file}`]);
    await expect(functions.invoke('chat', '{}', 500)).rejects.toThrow('did not respond within 500 ms');
  });

  it('ends a function that computes without end, after which the next call has a new environment', async () => {
    using module = new FunctionModule(
      'export const handler = async ({ loop }) => { while (loop); return "alive"; };',
    );
    await using functions = functionsOf([`chat=${module.file}`]);
    await functions.load();
    await expect(functions.invoke('chat', '{"loop":true}', 100)).rejects.toThrow('within 100 ms');
    expect(read(await functions.invoke('chat', '{}', 5_000))).toBe('alive');
  });

  it('while the module loads does not discard the environment', async () => {
    using module = new FunctionModule(`
      await new Promise((resolve) => setTimeout(resolve, 300));
      const loadedAt = Date.now();
      export const handler = async () => loadedAt;`);
    await using functions = functionsOf([`chat=${module.file}`]);
    await expect(functions.invoke('chat', '{}', 50)).rejects.toThrow('within 50 ms');
    const first = read(await functions.invoke('chat', '{}', 5_000));
    expect(read(await functions.invoke('chat', '{}', 5_000))).toBe(first);
  });
});

/** For calls in processes of their own, which can only meet in a file: one byte for each that has come so far. */
const WAIT_FOR = `
  import { appendFileSync, existsSync, statSync } from 'node:fs';
  import { fileURLToPath } from 'node:url';
  const file = fileURLToPath(import.meta.url).replace(/\\?.*/, '') + '.count';
  const count = () => appendFileSync(file, 'x');
  const waitFor = async (bytes) => {
    while (!existsSync(file) || statSync(file).size < bytes) await new Promise((next) => setTimeout(next, 10));
  };`;

describe('concurrent calls', () => {
  it('do not wait for one another', async () => {
    using module = new FunctionModule(`${WAIT_FOR}
      export const handler = async ({ waitsForTheOther }) => {
        if (waitsForTheOther) await waitFor(1);
        else count();
        return waitsForTheOther;
      };`);
    await using functions = functionsOf([`chat=${module.file}`]);
    const order: unknown[] = [];
    const call = async (waitsForTheOther: boolean) => {
      order.push(read(await functions.invoke('chat', JSON.stringify({ waitsForTheOther }), 25_000)));
    };
    await functions.load();
    await Promise.all([call(true), call(false)]);
    expect(order).toEqual([false, true]);
  });

  it('do not share memory, as on AWS; calls one after the other do', async () => {
    using module = new FunctionModule(`${WAIT_FOR}
      let calls = 0;
      export const handler = async () => {
        calls += 1;
        count();
        await waitFor(2);
        return calls;
      };`);
    await using functions = functionsOf([`chat=${module.file}`]);
    const call = async () => read(await functions.invoke('chat', '{}', 25_000));
    expect(await Promise.all([call(), call()])).toEqual([1, 1]);
    expect(await call()).toBe(2);
  });

  it('wait beyond a limit, and all get a response', async () => {
    using module = new FunctionModule('export const handler = async ({ n }) => n;');
    await using functions = functionsOf([`chat=${module.file}`]);
    const numbers = Array.from({ length: 40 }, (_, n) => n);
    const answers = await Promise.all(
      numbers.map(async (n) => read(await functions.invoke('chat', JSON.stringify({ n }), 9_000))),
    );
    expect(answers).toEqual(numbers);
  });
});

describe('a changed file', () => {
  it('is used by the next call', async () => {
    using module = new FunctionModule('export const handler = async () => "old";');
    await using functions = functionsOf([`chat=${module.file}`]);
    expect(read(await functions.invoke('chat', '{}', 5_000))).toBe('old');
    module.write('export const handler = async () => "and new";');
    expect(read(await functions.invoke('chat', '{}', 5_000))).toBe('and new');
  });

  it('may be one that the module imports', async () => {
    using module = new FunctionModule(
      'import { word } from "./word.mjs"; export const handler = async () => word;',
    );
    module.write('export const word = "old";', 'word.mjs');
    await using functions = functionsOf([`chat=${module.file}`]);
    expect(read(await functions.invoke('chat', '{}', 5_000))).toBe('old');
    module.write('export const word = "and new";', 'word.mjs');
    expect(read(await functions.invoke('chat', '{}', 5_000))).toBe('and new');
  });

  it('does not affect a call in flight', async () => {
    using module = new FunctionModule(`
      export const handler = async () => {
        console.log('begun');
        await new Promise((resolve) => setTimeout(resolve, 500));
        return 'old';
      };`);
    const lines = new LogLines();
    await using functions = functionsOf([`chat=${module.file}`], lines.log);
    const underWay = functions.invoke('chat', '{}', 5_000);
    await lines.next('function output');
    module.write('export const handler = async () => "new";');
    expect(read(await functions.invoke('chat', '{}', 5_000))).toBe('new');
    expect(read(await underWay)).toBe('old');
  });

  it('may be fixed after it did not load', async () => {
    using module = new FunctionModule('export const handler = ;');
    await using functions = functionsOf([`chat=${module.file}`]);
    expect(await functions.invoke('chat', '{}', 5_000)).toHaveProperty('functionError');
    module.write('export const handler = async () => "fixed";');
    expect(read(await functions.invoke('chat', '{}', 5_000))).toBe('fixed');
  });
});

describe('loading', () => {
  it('reports of each function why it cannot be called', async () => {
    using fine = new FunctionModule('export const handler = async () => 1;');
    using none = new FunctionModule('export const other = 1;');
    using broken = new FunctionModule('import "./nowhere.mjs";');
    await using functions = functionsOf([`fine=${fine.file}`, `none=${none.file}`, `broken=${broken.file}`]);
    await expect(functions.load()).rejects.toThrow(
      /^--function none: handler is not exported by .*\n--function broken: Cannot find module .*$/,
    );
  });
});

describe('other sources', () => {
  const sourcesOf = (...flags: string[]) =>
    new Map(flags.map(parseFunctionFlag).map(({ name, source }) => [name, source]));

  it('replace functions, and keep those that stay the same with their memory', async () => {
    using counting = new FunctionModule('let calls = 0; export const handler = async () => (calls += 1);');
    using old = new FunctionModule('export const handler = async () => "old";');
    using other = new FunctionModule('export const handler = async () => "new";');
    await using functions = functionsOf([`count=${counting.file}`, `a=${old.file}`, `b=${old.file}`]);
    await functions.invoke('count', '{}', 5_000);
    const prepared = await functions.prepare(sourcesOf(`count=${counting.file}`, `a=${other.file}`));
    expect(read(await functions.invoke('a', '{}', 5_000))).toBe('old');
    await prepared.apply();
    expect(read(await functions.invoke('a', '{}', 5_000))).toBe('new');
    expect(read(await functions.invoke('count', '{}', 5_000))).toBe(2);
    await expect(functions.invoke('b', '{}', 5_000)).rejects.toThrow("no function 'b' was given");
  });

  it('change nothing when one of them cannot be loaded', async () => {
    using old = new FunctionModule('export const handler = async () => "old";');
    using broken = new FunctionModule('export const other = 1;');
    await using functions = functionsOf([`a=${old.file}`]);
    await expect(functions.prepare(sourcesOf(`a=${broken.file}`))).rejects.toThrow('--function a: handler');
    expect(read(await functions.invoke('a', '{}', 5_000))).toBe('old');
  });
});

it('is not invoked once it is closed', async () => {
  using module = new FunctionModule('export const handler = () => new Promise(() => {});');
  const functions = functionsOf([`chat=${module.file}`]);
  await functions.load();
  const underWay = functions.invoke('chat', '{}', 5_000);
  await functions.close();
  expect(await underWay).toHaveProperty('functionError');
  await expect(functions.invoke('chat', '{}', 5_000)).rejects.toThrow('the gateway is stopping');
});
