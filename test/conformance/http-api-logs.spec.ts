import { describe, expect, it } from 'vitest';
import { Queue } from '../support/queue.js';
import { invoking } from './function-under-test.js';
import { proxiedApi } from './http-api-under-test.js';
import { isOwnStandIn } from './target.js';

/** The settings of a stage that logs these variables, and the lines of the stand-in, each as a map. */
function accessLog(...variables: readonly string[]) {
  const lines = new Queue<string>('a line of the access log');
  const names = ['requestId', ...variables];
  const Format = names.map((name) => `${name}=$context.${name};`).join(' ');
  return {
    stage: {
      AccessLogSettings: { DestinationArn: 'arn:aws:logs:us-east-1:000000000000:log-group:x', Format },
    },
    standIn: { accessLog: (line: string) => lines.push(line) },
    next: async (): Promise<Record<string, string>> => {
      const line = await lines.next();
      return Object.fromEntries(
        line.matchAll(/(\S+?)=(.*?);(?: |$)/gm).map(([, name, value]) => [name, value]),
      );
    },
  };
}

const words = (text: string) => text.trim().split(/\s+/);

const requestIdOf = (response: Response) => response.headers.get('apigw-requestid') ?? '';

describe.runIf(isOwnStandIn)('H11 the access log', () => {
  it('H6.06, H11.14: of a request has the variables of the client and of the API [documented]', async () => {
    const log = accessLog(
      ...words(`
        accountId apiId domainName domainPrefix extendedRequestId httpMethod path identity.sourceIp
        identity.userAgent protocol requestTime routeKey stage dataProcessed responseLatency
        responseLength status integration.latency integrationLatency integrationStatus
        integration.integrationStatus integration.status`),
    );
    await using served = await proxiedApi(['POST /p/{id}'], {
      stages: { dev: log.stage },
      standIn: log.standIn,
    });
    served.backend.answer = () => ({ status: 201, body: 'hello' });
    const { api } = served;
    const init = { method: 'POST', body: 'abc', headers: { 'user-agent': 'probe' } };
    const requestId = requestIdOf(await api.request('/dev/p/7', init));
    const { host } = new URL(api.url);
    expect(await log.next()).toEqual({
      requestId,
      extendedRequestId: requestId,
      accountId: '000000000000',
      apiId: api.apiId,
      domainName: host,
      domainPrefix: api.apiId,
      httpMethod: 'POST',
      path: '/dev/p/7',
      'identity.sourceIp': expect.stringMatching(/^[\da-f.:]+$/) as string,
      'identity.userAgent': 'probe',
      protocol: 'HTTP/1.1',
      requestTime: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:[\d:]{8} \+0000$/) as string,
      routeKey: 'POST /p/{id}',
      stage: 'dev',
      dataProcessed: expect.stringMatching(/^\d+$/) as string,
      responseLatency: expect.stringMatching(/^\d+$/) as string,
      responseLength: '5',
      status: '201',
      'integration.latency': expect.stringMatching(/^\d+$/) as string,
      integrationLatency: expect.stringMatching(/^\d+$/) as string,
      integrationStatus: '201',
      'integration.integrationStatus': '201',
      'integration.status': '201',
    });
  });

  it('H11.17: tells the status of a function from that of Lambda [documented]', async () => {
    const log = accessLog(
      'status',
      'integration.status',
      'integration.integrationStatus',
      'integrationStatus',
    );
    await using served = await invoking('$default', { stage: log.stage, standIn: log.standIn });
    served.lambda.handler = () => ({ statusCode: 404 });
    await served.api.request('/');
    expect(await log.next()).toMatchObject({
      status: '404',
      'integration.status': '404',
      'integration.integrationStatus': '200',
      integrationStatus: '200',
    });
  });

  it('H11.18: has the error of a function [observed]', async () => {
    const log = accessLog(
      'integrationErrorMessage',
      'integration.error',
      'error.message',
      'error.responseType',
    );
    await using served = await invoking('$default', { stage: log.stage, standIn: log.standIn });
    served.lambda.handler = () => {
      throw new Error('no books');
    };
    await served.api.request('/');
    const text =
      'The Lambda function returned the following error: no books. Check your Lambda function code and try again.';
    expect(await log.next()).toMatchObject({
      integrationErrorMessage: text,
      'integration.error': text,
      'error.message': 'Internal Server Error',
      // H10.15
      'error.responseType': 'INTEGRATION_FAILURE',
    });
  });

  it('H11.15: has a hyphen for what a request does not have [observed]', async () => {
    const log = accessLog(
      ...words(`
        authorizer.claims.sub authorizer.tenant authorizer.error customDomain.basePathMatched
        error.message identity.userArn identity.caller integrationErrorMessage resourcePath`),
    );
    await using served = await proxiedApi(['$default'], { stages: { dev: log.stage }, standIn: log.standIn });
    await served.api.request('/dev/p');
    const { requestId: _, ...values } = await log.next();
    expect(new Set(Object.values(values))).toEqual(new Set(['-']));
  });

  it('H11.01: changes with the stage, without a deployment [documented]', async () => {
    const log = accessLog('stage');
    await using served = await proxiedApi(['$default'], { stages: { dev: {} }, standIn: log.standIn });
    const { api } = served;
    await api.updateStage('dev', log.stage);
    const requestId = requestIdOf(await api.request('/dev/p'));
    expect(await log.next()).toEqual({ requestId, stage: 'dev' });
  });
});

it('H1.01, H11.19: the variables of access logs are sources of mappings [documented]', async () => {
  const names = [
    'accountId',
    'apiId',
    'httpMethod',
    'identity.userAgent',
    'protocol',
    'requestId',
    'routeKey',
    'stage',
  ];
  await using served = await proxiedApi(['GET /p'], {
    integration: (url) => ({
      IntegrationUri: url,
      RequestParameters: Object.fromEntries(
        names.map((name) => [`append:header.v-${name}`, `$context.${name}`]),
      ),
    }),
  });
  const { headers } = await served.received('/p', { headers: { 'user-agent': 'probe' } });
  expect(headers).toMatchObject({
    'v-accountid': expect.stringMatching(/^\d{12}$/) as string,
    'v-apiid': served.api.apiId,
    'v-httpmethod': 'GET',
    'v-identity.useragent': 'probe',
    'v-protocol': 'HTTP/1.1',
    'v-requestid': expect.stringMatching(/^[\w-]{15}=$/) as string,
    'v-routekey': 'GET /p',
    'v-stage': '$default',
  });
});
