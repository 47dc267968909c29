import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { type LambdaHandler } from '../../../src/gateway/lambda/function-source.js';
import { Functions } from '../../../src/gateway/lambda/functions.js';

/** A function named `chat` that runs this handler. */
const functionsWith = (handler: LambdaHandler) =>
  new Functions(new Map([['chat', { kind: 'handler', handler }]]), pino({ level: 'silent' }));

const invoke = async (handler: LambdaHandler, payload: unknown, timeoutMs = 5_000) =>
  functionsWith(handler).invoke('chat', JSON.stringify(payload), timeoutMs);

describe('a function in this process', () => {
  it.each([
    ['async', async ({ a }: { a: number }) => ({ got: a })],
    ['not async', ({ a }: { a: number }) => ({ got: a })],
  ])('responds with its return value: %s', async (_, handler) => {
    expect(await invoke(handler, { a: 1 })).toMatchObject({ payload: '{"got":1}' });
  });

  it('responds with null when it returns nothing', async () => {
    expect(await invoke(() => undefined, {})).toMatchObject({ payload: 'null' });
  });

  it('has a context with its name, a request id and the time that is left', async () => {
    const { payload } = await invoke(
      (_event, { functionName, invokedFunctionArn, awsRequestId, getRemainingTimeInMillis }) => ({
        functionName,
        invokedFunctionArn,
        awsRequestId,
        remaining: getRemainingTimeInMillis(),
      }),
      {},
      1_000,
    );
    const context = JSON.parse(payload) as { remaining: number };
    expect(context).toMatchObject({
      functionName: 'chat',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:chat',
      awsRequestId: expect.stringMatching(/^[\da-f-]{36}$/) as string,
    });
    expect(context.remaining).toBeGreaterThan(0);
    expect(context.remaining).toBeLessThanOrEqual(1_000);
  });

  it('fails with its error', async () => {
    const { payload, functionError } = await invoke(() => {
      throw new TypeError('not today');
    }, {});
    expect(functionError).toBe('Unhandled');
    expect(JSON.parse(payload)).toMatchObject({ errorType: 'TypeError', errorMessage: 'not today' });
  });

  it('fails with a result that has no JSON form', async () => {
    expect(await invoke(() => 1n, {})).toHaveProperty('functionError', 'Unhandled');
  });

  it('fails with a result over 6 MB', async () => {
    const { payload } = await invoke(() => 'x'.repeat(6 * 1024 * 1024), {});
    expect(JSON.parse(payload)).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
  });

  it('times out', async () => {
    await expect(invoke(() => new Promise(() => {}), {}, 20)).rejects.toMatchObject({
      name: 'FunctionTimedOutError',
    });
  });

  it('ends invocations in flight when it is closed', async () => {
    const functions = functionsWith(() => new Promise(() => {}));
    const invoked = functions.invoke('chat', '{}', 30_000);
    const [ended] = await Promise.allSettled([invoked, functions.close()]);
    expect(ended).toMatchObject({ reason: { name: 'FunctionUnavailableError' } });
  });

  it('is not called once it is closed', async () => {
    const functions = functionsWith(() => 1);
    await functions.close();
    await expect(functions.invoke('chat', '{}', 1_000)).rejects.toThrow('the gateway is stopping');
  });
});
