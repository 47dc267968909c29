import { describe, expect, it } from 'vitest';
import { InvokeEndpoint } from '../../../src/gateway/lambda/invoke-endpoint.js';
import { type Answer, HttpBackend } from '../../support/http-backend.js';

/** An Invoke endpoint with the given response, and the function behind it. */
async function endpoint(answer: Answer, path = '') {
  const backend = await HttpBackend.start();
  backend.answer = () => answer;
  const lambda = new InvokeEndpoint('chat', new URL(backend.url + path));
  return {
    backend,
    invoke: async (payload = '{}', timeoutMs = 5_000) => lambda.invoke('chat:prod', payload, timeoutMs),
    [Symbol.asyncDispose]: async () => {
      await lambda.close();
      await backend[Symbol.asyncDispose]();
    },
  };
}

describe('an Invoke endpoint', () => {
  it('receives the same request as Lambda’s', async () => {
    await using lambda = await endpoint({ status: 200, body: '{"statusCode":200}' });
    expect(await lambda.invoke('{"a":1}')).toEqual({ payload: '{"statusCode":200}' });
    expect(await lambda.backend.next()).toMatchObject({
      method: 'POST',
      url: '/2015-03-31/functions/chat/invocations',
      headers: { 'content-type': 'application/json', 'x-amz-invocation-type': 'RequestResponse' },
      body: '{"a":1}',
    });
  });

  it.each([
    ['', '/2015-03-31/functions/chat/invocations'],
    ['/', '/2015-03-31/functions/chat/invocations'],
    ['/local/', '/local/2015-03-31/functions/chat/invocations'],
    ['/2015-03-31/functions/function/invocations', '/2015-03-31/functions/function/invocations'],
    ['/2015-03-31/functions/function/invocations/', '/2015-03-31/functions/function/invocations'],
  ])('given as %s is called at %s', async (path, url) => {
    await using lambda = await endpoint({ status: 200, body: 'null' }, path);
    await lambda.invoke();
    expect(await lambda.backend.next()).toMatchObject({ url });
  });

  it('is asked for the function of the emulator if it has none of the name', async () => {
    await using lambda = await endpoint({ status: 200 });
    lambda.backend.answer = ({ url }) =>
      url === '/2015-03-31/functions/function/invocations'
        ? { status: 200, body: '"emulated"' }
        : { status: 404, body: '404 page not found\n' };
    expect(await lambda.invoke()).toMatchObject({ payload: '"emulated"' });
    expect(await lambda.invoke()).toMatchObject({ payload: '"emulated"' });
    const urls = [await lambda.backend.next(), await lambda.backend.next(), await lambda.backend.next()];
    expect(urls.map(({ url }) => url.split('/')[3])).toEqual(['chat', 'function', 'function']);
  });

  it('that does not know the function is not asked for another', async () => {
    const body = '{"Type":"User","Message":"Function not found"}';
    await using lambda = await endpoint({ status: 404, body });
    await expect(lambda.invoke()).rejects.toThrow(/functions\/chat\/invocations responded with status 404/);
    await lambda.backend.next();
    expect(lambda.backend.unexpected).toEqual([]);
  });

  it('reports by a header that the function failed', async () => {
    const body = '{"errorType":"Error","errorMessage":"no","trace":[]}';
    await using lambda = await endpoint({
      status: 200,
      headers: { 'X-Amz-Function-Error': 'Unhandled' },
      body,
    });
    expect(await lambda.invoke()).toEqual({ payload: body, functionError: 'Unhandled' });
  });

  it('without that header reports a failure by its form, like the emulator', async () => {
    const body = '{"errorType":"Error","errorMessage":"no","stackTrace":[]}';
    await using lambda = await endpoint({ status: 200, body });
    expect(await lambda.invoke()).toEqual({ payload: body, functionError: 'Unhandled' });
  });

  it('may return a result that only looks like an error', async () => {
    const body = '{"statusCode":200,"errorType":"Error","errorMessage":"no"}';
    await using lambda = await endpoint({ status: 200, body });
    expect(await lambda.invoke()).toEqual({ payload: body });
  });

  it('that responds with other text than JSON has a failed function', async () => {
    await using lambda = await endpoint({ status: 200, body: 'Task timed out after 3.00 seconds' });
    expect(await lambda.invoke()).toMatchObject({ functionError: 'Unhandled' });
  });

  it('that responds with nothing has a function that returned null', async () => {
    await using lambda = await endpoint({ status: 200 });
    expect(await lambda.invoke()).toEqual({ payload: 'null' });
  });

  it.each([404, 429, 500, 302])('that responds with %i did not run the function', async (status) => {
    await using lambda = await endpoint({ status, headers: { Location: 'http://127.0.0.1:1/' } });
    await expect(lambda.invoke()).rejects.toMatchObject({
      name: 'FunctionUnavailableError',
      message: expect.stringContaining(`status ${status}`),
    });
  });

  it('that cannot be reached did not run the function', async () => {
    const lambda = new InvokeEndpoint('chat', new URL('http://127.0.0.1:1'));
    await expect(lambda.invoke('chat', '{}', 5_000)).rejects.toMatchObject({
      name: 'FunctionUnavailableError',
    });
    await lambda.close();
  });

  it('that takes too long has timed out', async () => {
    await using lambda = await endpoint({ status: 200 });
    lambda.backend.answer = async () => new Promise(() => undefined);
    await expect(lambda.invoke('{}', 100)).rejects.toMatchObject({ name: 'FunctionTimedOutError' });
  });

  it('that responds with more than 6 MB did not respond', async () => {
    await using lambda = await endpoint({ status: 200, body: `"${'x'.repeat(6 * 1024 * 1024)}"` });
    await expect(lambda.invoke()).rejects.toMatchObject({ name: 'FunctionUnavailableError' });
  });
});
