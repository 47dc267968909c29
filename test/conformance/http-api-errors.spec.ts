import { request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import { AdminClient } from '../support/admin-client.js';
import { HttpApiInTarget, proxiedApi } from './http-api-under-test.js';
import { isAws, isOwnStandIn } from './target.js';

const answerOf = async (response: Response) => [response.status, await response.text()];

describe('H10 an error of the gateway', () => {
  it('has a space-less body, its type, a request id, and no error type [observed]', async () => {
    await using api = await HttpApiInTarget.deployed({ routes: { 'GET /p': null } });
    const response = await api.request('/none');
    const { headers } = response;
    expect(await answerOf(response)).toEqual([404, '{"message":"Not Found"}']);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/json',
      'content-length': '23',
      'apigw-requestid': expect.stringMatching(/^[\w-]{15}=$/) as string,
    });
    expect([headers.get('x-amzn-errortype'), headers.get('x-amzn-requestid')]).toEqual([null, null]);
  });

  it.runIf(!isAws)(
    'H6.41, H9.38: has its headers in the recorded order and spelling [observed]',
    async () => {
      await using api = await HttpApiInTarget.deployed({ routes: { 'GET /p': null } });
      const { rawHeaders } = await rawRequest(`${api.url}/none`);
      expect(rawHeaders.filter((_, index) => index % 2 === 0)).toEqual([
        'Date',
        'Content-Type',
        'Content-Length',
        'Connection',
        'apigw-requestid',
      ]);
    },
  );

  it('H1.06, H10.01: is 404 when nothing was deployed to the stage [observed]', async () => {
    await using api = await HttpApiInTarget.deployed({ routes: { 'GET /p': null }, stages: {} });
    await api.createUndeployedStage('dev');
    expect(await answerOf(await api.request('/dev/p'))).toEqual([404, '{"message":"Not Found"}']);
  });

  it('H1.16, H10.03: is 403 at a disabled endpoint [observed]', async () => {
    await using served = await proxiedApi(['$default'], { api: { DisableExecuteApiEndpoint: true } });
    expect(await answerOf(await served.api.request('/p'))).toEqual([403, '{"message":"Forbidden"}']);
  });

  it.runIf(isOwnStandIn)('H10.07: is 503 after the timeout of the integration [observed]', async () => {
    await using served = await proxiedApi(['$default'], {
      integration: (url) => ({ IntegrationUri: url, TimeoutInMillis: 50 }),
    });
    served.backend.answer = () => new Promise(() => undefined);
    const answer = await answerOf(await served.api.request('/p'));
    expect(answer).toEqual([503, '{"message":"Service Unavailable"}']);
  });
});

describe('H11 a stage', () => {
  it('H11.08, H10.12: has throttling for a route [documented]', async () => {
    await using served = await proxiedApi(['GET /limited', 'GET /free'], {
      stages: {
        $default: {
          RouteSettings: { 'GET /limited': { ThrottlingBurstLimit: 0, ThrottlingRateLimit: 0 } },
        },
      },
    });
    expect((await served.api.request('/limited')).status).toBe(429);
    expect((await served.api.request('/free')).status).toBe(200);
  });

  it('H11.08: has throttling for all of its routes, and another for one [documented]', async () => {
    await using served = await proxiedApi(['GET /limited', 'GET /free'], {
      stages: {
        $default: {
          DefaultRouteSettings: { ThrottlingBurstLimit: 0, ThrottlingRateLimit: 0 },
          RouteSettings: { 'GET /free': { ThrottlingBurstLimit: 100, ThrottlingRateLimit: 100 } },
        },
      },
    });
    expect((await served.api.request('/limited')).status).toBe(429);
    expect((await served.api.request('/free')).status).toBe(200);
  });

  it.runIf(isOwnStandIn)('H11.08: has a bucket of tokens, which is filled again [documented]', async () => {
    await using served = await proxiedApi(['GET /p'], {
      stages: { $default: { DefaultRouteSettings: { ThrottlingBurstLimit: 2, ThrottlingRateLimit: 0.001 } } },
    });
    const { api } = served;
    const statusOf = async () => (await api.request('/p')).status;
    const statuses = [await statusOf(), await statusOf(), await statusOf()];
    await new AdminClient(api.target.adminUrl.replace(/\/_gateway$/, '')).advanceClock('1h');
    expect([...statuses, await statusOf()]).toEqual([200, 200, 429, 200]);
  });

  const FORMAT =
    '$context.requestId $context.httpMethod $context.path $context.routeKey $context.stage $context.status $context.responseLength $context.integration.status $context.error.message $context.error.messageString $context.protocol $context.customDomain.basePathMatched';

  it.runIf(isOwnStandIn)('H11.14, H11.15: writes access logs [documented]', async () => {
    const lines: string[] = [];
    const logged = Promise.withResolvers<void>();
    await using served = await proxiedApi(['GET /p/{id}'], {
      stages: {
        dev: {
          AccessLogSettings: { DestinationArn: 'arn:aws:logs:us-east-1:0:log-group:x', Format: FORMAT },
        },
      },
      standIn: {
        accessLog: (line) => {
          lines.push(line.trimEnd());
          if (lines.length === 2) logged.resolve();
        },
      },
    });
    served.backend.answer = () => ({ status: 201, body: 'hello' });
    const created = await served.api.request('/dev/p/7');
    const missing = await served.api.request('/dev/none');
    await logged.promise;
    expect(lines).toEqual([
      `${created.headers.get('apigw-requestid')} GET /dev/p/7 GET /p/{id} dev 201 5 201 - "-" HTTP/1.1 -`,
      `${missing.headers.get('apigw-requestid')} GET /dev/none - dev 404 23 - Not Found "Not Found" HTTP/1.1 -`,
    ]);
  });

  it.runIf(isOwnStandIn)('H11.16: logs the epoch of a request in seconds [observed]', async () => {
    const logged = Promise.withResolvers<string>();
    await using served = await proxiedApi(['$default'], {
      stages: {
        dev: {
          AccessLogSettings: {
            DestinationArn: 'arn:aws:logs:us-east-1:0:log-group:x',
            Format: '$context.requestId $context.requestTimeEpoch',
          },
        },
      },
      standIn: { accessLog: logged.resolve },
    });
    await served.api.request('/dev/p');
    expect((await logged.promise).trimEnd()).toMatch(/ \d{10}$/);
  });
});

const rawRequest = async (url: string) =>
  new Promise<{ readonly rawHeaders: readonly string[] }>((resolve, reject) => {
    const sent = httpRequest(url, (response) => {
      response.resume();
      resolve(response);
    });
    sent.once('error', reject).end();
  });
