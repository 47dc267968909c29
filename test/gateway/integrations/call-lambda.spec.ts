import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Functions } from '../../../src/gateway/lambda/functions.js';
import { callLambda } from '../../../src/gateway/integrations/call-lambda.js';
import { type LambdaRequest } from '../../../src/gateway/integrations/integration-request.js';
import { FunctionModule } from '../../support/function-module.js';

/** Invokes the handler of a module. */
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
  it('returns the response', async () => {
    const response = await call(
      'export const handler = async (event) => ({ statusCode: 403, body: event.a });',
      {
        payload: '{"a":"no"}',
      },
    );
    expect(response).toMatchObject({ status: 403, headers: {}, body: Buffer.from('no') });
  });

  it.each([
    ['throws', 'export const handler = async () => { throw new Error("no"); };', 'FunctionFailedError'],
    ['exits', 'export const handler = async () => { process.exit(1); };', 'FunctionFailedError'],
    ['does not load', 'nonsense', 'FunctionFailedError'],
    ['returns nothing', 'export const handler = async () => {};', 'UnusableResponseError'],
  ])('throws an error when it %s', async (_, code, name) => {
    await expect(call(code)).rejects.toMatchObject({ name });
  });

  it('times out', async () => {
    await expect(
      call('export const handler = () => new Promise(() => {});', { timeoutMs: 50 }),
    ).rejects.toMatchObject({ name: 'IntegrationTimedOutError' });
  });

  it('throws an error when it does not exist', async () => {
    await expect(call('', { functionName: 'other' })).rejects.toMatchObject({
      name: 'IntegrationFailedError',
      message: expect.stringContaining("no function 'other' was given"),
    });
  });
});

describe('the function of another integration', () => {
  const echo = 'export const handler = async (event) => event;';

  it('receives the rendered template, and its result is the body', async () => {
    const response = await call(echo, { isProxy: false, payload: '{"a":1}' });
    expect(response).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"a":1}'),
    });
  });

  it('receives {} for an empty template', async () => {
    expect((await call(echo, { isProxy: false, payload: ' \n' })).body.toString()).toBe('{}');
  });

  it('is not invoked with a payload that is not JSON', async () => {
    await expect(call(echo, { isProxy: false, payload: '{a' })).rejects.toMatchObject({
      name: 'IntegrationFailedError',
    });
  });

  it('returns the error message when it fails', async () => {
    const response = await call('export const handler = async () => { throw new Error("not found: 7"); };', {
      isProxy: false,
    });
    expect(response).toMatchObject({ status: 200, errorMessage: 'not found: 7' });
    expect(JSON.parse(response.body.toString())).toMatchObject({ errorType: 'Error' });
  });

  it('has not failed when it returns an errorMessage', async () => {
    const response = await call('export const handler = async () => ({ errorMessage: "x" });', {
      isProxy: false,
    });
    expect(response).not.toHaveProperty('errorMessage');
  });
});
