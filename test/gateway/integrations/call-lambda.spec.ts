import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Functions } from '../../../src/gateway/lambda/functions.js';
import { callLambda } from '../../../src/gateway/integrations/call-lambda.js';
import { type LambdaRequest } from '../../../src/gateway/integrations/integration-request.js';
import { FunctionModule } from '../../support/function-module.js';

/** Calls a function whose module is given. */
async function call(code: string, request: Partial<LambdaRequest> = {}) {
  using module = new FunctionModule(code);
  const { file } = module;
  const functions = new Functions(
    new Map([['chat', { kind: 'module', file, exportName: 'handler' }]]),
    pino({ level: 'silent' }),
  );
  try {
    return await callLambda(functions, {
      kind: 'lambda',
      functionName: 'arn:aws:lambda:us-east-1:000000000000:function:chat',
      payload: '{}',
      isProxy: true,
      timeoutMs: 5_000,
      ...request,
    });
  } finally {
    await functions.close();
  }
}

describe('the function of a proxy integration', () => {
  it('says the answer', async () => {
    const answer = await call(
      'export const handler = async (event) => ({ statusCode: 403, body: event.a });',
      {
        payload: '{"a":"no"}',
      },
    );
    expect(answer).toEqual({ status: 403, headers: {}, body: Buffer.from('no') });
  });

  it.each([
    ['throws', 'export const handler = async () => { throw new Error("no"); };', 'FunctionFailedError'],
    ['exits', 'export const handler = async () => { process.exit(1); };', 'FunctionFailedError'],
    ['does not load', 'nonsense', 'FunctionFailedError'],
    ['returns nothing', 'export const handler = async () => {};', 'UnusableResponseError'],
  ])('that %s is an error', async (_, code, name) => {
    await expect(call(code)).rejects.toMatchObject({ name });
  });

  it('that takes too long has timed out', async () => {
    await expect(
      call('export const handler = () => new Promise(() => {});', { timeoutMs: 50 }),
    ).rejects.toMatchObject({ name: 'IntegrationTimedOutError' });
  });

  it('that there is not is an error', async () => {
    await expect(call('', { functionName: 'other' })).rejects.toMatchObject({
      name: 'IntegrationFailedError',
      message: expect.stringContaining("no function 'other' was given"),
    });
  });
});

describe('the function of another integration', () => {
  const echo = 'export const handler = async (event) => event;';

  it('is called with what the template rendered, and its result is the body', async () => {
    const answer = await call(echo, { isProxy: false, payload: '{"a":1}' });
    expect(answer).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"a":1}'),
    });
  });

  it('is called with {} when the template rendered nothing', async () => {
    expect((await call(echo, { isProxy: false, payload: ' \n' })).body.toString()).toBe('{}');
  });

  it('is not called with what is no JSON', async () => {
    await expect(call(echo, { isProxy: false, payload: '{a' })).rejects.toMatchObject({
      name: 'IntegrationFailedError',
    });
  });

  it('that fails has its message for the selection of the response', async () => {
    const answer = await call('export const handler = async () => { throw new Error("not found: 7"); };', {
      isProxy: false,
    });
    expect(answer).toMatchObject({ status: 200, errorMessage: 'not found: 7' });
    expect(JSON.parse(answer.body.toString())).toMatchObject({ errorType: 'Error' });
  });

  it('that returns an errorMessage has not failed', async () => {
    const answer = await call('export const handler = async () => ({ errorMessage: "x" });', {
      isProxy: false,
    });
    expect(answer).not.toHaveProperty('errorMessage');
  });
});
