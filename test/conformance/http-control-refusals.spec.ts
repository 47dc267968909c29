import { describe, expect, it } from 'vitest';
import {
  badRequest,
  below,
  created,
  createHttpApi,
  createUrlIntegration,
  type Json,
  operate,
  URL_INTEGRATION,
} from './http-control-under-test.js';
import { isAws } from './target.js';

/** AWS's text for mappings begins like this, whatever the error (H8.03). */
const INVALID_MAPPING =
  /^Invalid mapping expression specified: Validation Result: warnings : \[\], errors : /;

describe('H8 an integration is refused with', () => {
  it.each([
    ['H8.03: another key', 'myKey', 'myValue'],
    ['H8.03: an operation that does not exist', 'append:path', '/x'],
    ['H8.03: a location that does not exist', 'append:body.x', 'y'],
    ['H8.03: a static key', 'append:overwrite.static', 'x'],
    ['H8.05: a source that does not exist', 'append:header.x', '$request.headers.y'],
    ['H8.05: a source of the response', 'append:header.x', '$response.header.y'],
    ['H8.09: a recursive descent', 'append:header.x', '$request.body..y'],
    ['H8.09: a filter', 'append:header.x', '$request.body.list[?(@.a==1)]'],
  ])('%s in a request mapping [documented]', async (_, key, value) => {
    await using api = await createHttpApi();
    const integration = { ...URL_INTEGRATION, requestParameters: { [key]: value } };
    expect(await below(api, 'POST', '/integrations', integration)).toMatchObject(badRequest(INVALID_MAPPING));
  });

  it.each([
    ['H8.02: another key', 'overwrite:path', '/x'],
    ['H8.02: a query parameter', 'append:querystring.x', 'y'],
    ['H8.02: a status that is appended', 'append:statuscode', '200'],
    ['H8.06: a source of the request', 'append:header.x', '$request.header.y'],
    ['H3.16: a CORS header', 'overwrite:header.Access-Control-Allow-Origin', '*'],
  ])('%s in a response mapping [documented]', async (_, key, value) => {
    await using api = await createHttpApi();
    const integration = { ...URL_INTEGRATION, responseParameters: { 200: { [key]: value } } };
    expect(await below(api, 'POST', '/integrations', integration)).toMatchObject(badRequest(INVALID_MAPPING));
  });

  const RESERVED =
    'access-control-allow-origin apigw-requestid Authorization Connection Content-Encoding Content-Length Content-Location ' +
    'Forwarded Keep-Alive Origin Proxy-Authenticate Proxy-Authorization TE Trailers ' +
    'Transfer-Encoding Upgrade x-amz-date X-Amzn-Trace-Id X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto Via';

  it('E17, H8.20: a reserved header, in any case, in a request or a response [documented]', async () => {
    await using api = await createHttpApi();
    for (const name of RESERVED.split(' ')) {
      for (const mappings of [
        { requestParameters: { [`overwrite:header.${name.toUpperCase()}`]: 'x' } },
        { responseParameters: { 200: { [`remove:header.${name.toLowerCase()}`]: "''" } } },
      ]) {
        const { status } = await below(api, 'POST', '/integrations', { ...URL_INTEGRATION, ...mappings });
        expect([name, status]).toEqual([name, 400]);
      }
    }
  });

  it('H8.22: but not with any other header [documented]', async () => {
    await using api = await createHttpApi();
    const names = ['Host', 'Cookie', 'User-Agent', 'Content-Type', 'X-Forwarded-Port', 'Server', 'Date'];
    const requestParameters = Object.fromEntries(names.map((name) => [`overwrite:header.${name}`, 'x']));
    const responseParameters = { 200: { 'append:header.Set-Cookie': 'a=1', 'remove:header.Server': "''" } };
    expect(await createUrlIntegration(api, { requestParameters, responseParameters })).toMatchObject({
      requestParameters,
      responseParameters,
    });
  });

  it.each(["''", ''])('H8.11: nor with the value %j of a removal [documented]', async (value) => {
    await using api = await createHttpApi();
    const requestParameters = { 'remove:header.a': value, 'remove:querystring.b': value };
    expect(await createUrlIntegration(api, { requestParameters })).toMatchObject({ requestParameters });
  });
});

describe('H1.02 and H12.02 an HTTP API has no', () => {
  it.each<[string, string, Json]>([
    ['API keys', '/routes', { routeKey: 'GET /a', apiKeyRequired: true }],
    ['request models', '/routes', { routeKey: 'GET /a', requestModels: { $default: 'm' } }],
    [
      'declared parameters of a route (H12.13)',
      '/routes',
      { routeKey: 'GET /a', requestParameters: { 'route.request.header.x': { required: true } } },
    ],
    ['mock integrations', '/integrations', { ...URL_INTEGRATION, integrationType: 'MOCK' }],
    ['templates', '/integrations', { ...URL_INTEGRATION, templateSelectionExpression: '$default' }],
    ['client certificates', '/stages', { stageName: 'dev', clientCertificateId: 'abc123' }],
  ])('%s [documented]', async (_, path, body) => {
    await using api = await createHttpApi();
    expect((await below(api, 'POST', path, body)).status).toBe(400);
  });

  it('schema validation to be disabled [documented]', async () => {
    await using api = await createHttpApi();
    expect((await below(api, 'PATCH', '', { disableSchemaValidation: true })).status).toBe(400);
  });

  it.runIf(!isAws)('usage plan [documented]', async () => {
    await using api = await createHttpApi();
    await created(api, '/stages', { stageName: 'dev' });
    const plan = { name: 'plan', apiStages: [{ apiId: api.apiId, stage: 'dev' }] };
    const { status } = await operate(api, 'POST', '/usageplans', plan);
    expect(status).toBeGreaterThanOrEqual(400);
  });
});
