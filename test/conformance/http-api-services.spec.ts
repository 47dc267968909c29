import { describe, expect, it } from 'vitest';
import { readSignature } from '../../src/gateway/iam/read-signature.js';
import { checkScope, verifySignature } from '../../src/gateway/iam/verify-signature.js';
import { HttpBackend, type Received } from '../support/http-backend.js';
import { HttpApiInTarget } from './http-api-under-test.js';
import { ACTIONS, BODY, MACHINE, QUEUE_URL, sqs } from './service-actions.js';
import { isOwnStandIn } from './target.js';

const SERVICES = ['events', 'sqs', 'appconfig', 'kinesis', 'states'];
/** An API whose route `POST /call/{id}` performs an action, with one endpoint for all services. */
async function acting(
  IntegrationSubtype: string,
  RequestParameters: Record<string, string>,
  settings: { readonly ResponseParameters?: Record<string, Record<string, string>> } = {},
) {
  const endpoint = await HttpBackend.start();
  const accessLog: string[] = [];
  const api = await HttpApiInTarget.deployed({
    routes: {
      'POST /call/{id}': {
        IntegrationType: 'AWS_PROXY',
        IntegrationSubtype,
        CredentialsArn: 'arn:aws:iam::000000000000:role/apigateway',
        RequestParameters,
        ...settings,
      },
    },
    stages: {
      $default: {
        StageVariables: { color: 'blue' },
        AccessLogSettings: {
          DestinationArn: 'arn:aws:logs:us-east-1:000000000000:log-group:access',
          Format: '$context.requestId $context.integrationErrorMessage',
        },
      },
    },
    standIn: {
      services: {
        endpoints: new Map(SERVICES.map((service) => [service, new URL(endpoint.url)])),
        credentials: undefined,
      },
      accessLog: (line) => void accessLog.push(line),
    },
  });
  return {
    api,
    endpoint,
    accessLog,
    call: async (body = '{}', headers: Record<string, string> = {}, query = '') =>
      api.request(`/call/7${query}`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      }),
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await endpoint[Symbol.asyncDispose]();
    },
  };
}

/** @throws {IamError} the request is not signed for this service and Region, or was changed after signing */
function verify({ method, url, rawHeaders, body }: Received, service: string, region: string): void {
  const request = { method, target: url, rawHeaders, body: Buffer.from(body) };
  const signature = readSignature(request);
  checkScope(signature, { service, region }, Date.now());
  verifySignature(request, signature, 'local');
}

const parse = ({ headers, body }: Received): unknown =>
  headers['content-type'] === 'application/x-www-form-urlencoded'
    ? Object.fromEntries(new URLSearchParams(body))
    : JSON.parse(body.replace(JSON.stringify(BODY), '"BODY"'));

describe('H7.04 the attributes of a message', () => {
  it.each([
    // the recorded one
    '{"somename":{"DataType":"String","StringValue":"somevalue"}}',
    'text',
    '${request.header.a} and text',
  ])('cannot be %s [observed]', async (MessageAttributes) => {
    await using api = await HttpApiInTarget.deployed({ routes: {}, stages: {} });
    const integration = {
      IntegrationType: 'AWS_PROXY' as const,
      IntegrationSubtype: 'SQS-SendMessage',
      CredentialsArn: 'arn:aws:iam::000000000000:role/apigateway',
      RequestParameters: { QueueUrl: QUEUE_URL, MessageBody: '$request.body', MessageAttributes },
    };
    await expect(api.createRoute('POST /', integration)).rejects.toMatchObject({
      name: 'BadRequestException',
      message: `Invalid selection expression specified: Validation Result: warnings : [], errors : [Invalid source: ${MessageAttributes} specified for destination: MessageAttributes]`,
    });
  });
});

describe.runIf(isOwnStandIn)('H7 an action of an AWS service', () => {
  it.each(ACTIONS)(
    'H7.01 to H7.03, H7.10: %s, signed [documented]',
    async (subtype, parameters, service, sent) => {
      await using served = await acting(subtype, parameters);
      expect((await served.call(BODY, { 'x-source': 'shop' }, '?max=3')).status).toBe(200);
      const received = await served.endpoint.next();
      const { target, url = '/', method = 'POST', body } = sent;
      expect([received.method, received.url, received.headers['x-amz-target']]).toEqual([
        method,
        url,
        target,
      ]);
      if (body === undefined) expect(received.body).toBe('');
      else expect(parse(received)).toEqual(body);
      expect(() => verify(received, service, 'us-east-1')).not.toThrow();
    },
  );

  it('H7.03: is sent to the Region that is given [documented]', async () => {
    await using served = await acting('SQS-PurgeQueue', {
      QueueUrl: QUEUE_URL,
      Region: '$request.header.region',
    });
    await served.call('{}', { region: 'eu-west-1' });
    const received = await served.endpoint.next();
    expect(() => verify(received, 'sqs', 'eu-west-1')).not.toThrow();
    expect(parse(received)).not.toHaveProperty('Region');
  });

  it('a client cannot add to a document of attributes', async () => {
    await using served = await acting('SQS-SendMessage', {
      QueueUrl: QUEUE_URL,
      MessageBody: 'x',
      MessageAttributes: '{"Agent":{"DataType":"String","StringValue":"${request.header.agent}"}}',
    });
    const agent = 'x"},"Admin":{"DataType":"String","StringValue":"yes';
    await served.call('{}', { agent });
    const { body } = await served.endpoint.next();
    const sent = new URLSearchParams(body);
    expect(sent.get('MessageAttribute.1.Value.StringValue')).toBe(agent);
    expect(sent.has('MessageAttribute.2.Name')).toBe(false);
  });

  it('H7.05: fails with a source of attributes that is no object [observed]', async () => {
    await using served = await acting('SQS-SendMessage', {
      QueueUrl: QUEUE_URL,
      MessageBody: '$request.body',
      MessageAttributes: '$context.authorizer.attributes',
    });
    expect((await served.call()).status).toBe(400);
    const error = /Unable to resolve property MessageAttributes from source \$context\.authorizer/;
    await expect.poll(() => served.accessLog).toEqual([expect.stringMatching(error)]);
    expect(served.endpoint.unexpected).toEqual([]);
  });

  it('refuses a request without the value of a required parameter, and leaves out an optional one', async () => {
    await using served = await acting('SQS-SendMessage', {
      QueueUrl: QUEUE_URL,
      MessageBody: '$request.body.message',
      MessageGroupId: '$request.header.group',
    });
    const refused = await served.call('{"other":1}');
    expect([refused.status, await refused.text()]).toEqual([400, '{"message":"Bad Request"}']);
    await served.call('{"message":"m"}');
    expect(parse(await served.endpoint.next())).toEqual(
      sqs('SendMessage', { QueueUrl: QUEUE_URL, MessageBody: 'm' }),
    );
  });

  it.each([
    [200, 'text/xml', '<SendMessageResponse/>'],
    [400, 'application/x-amz-json-1.0', '{"__type":"InvalidParameter"}'],
    [503, 'text/plain', 'later'],
  ])(
    'H7.07: responds with status %i, content type and body of the service [observed]',
    async (status, type, body) => {
      await using served = await acting('SQS-PurgeQueue', { QueueUrl: QUEUE_URL });
      served.endpoint.answer = () => ({
        status,
        headers: { 'content-type': type, 'x-amzn-requestid': 'r' },
        body,
      });
      const response = await served.call();
      expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
        status,
        type,
        body,
      ]);
      expect(response.headers.get('x-amzn-requestid')).toBeNull();
    },
  );

  it('H7.07: response mappings apply [observed]', async () => {
    await using served = await acting(
      'StepFunctions-StartSyncExecution',
      { StateMachineArn: MACHINE },
      {
        ResponseParameters: {
          '200': { 'append:header.state': '$response.body.status', 'overwrite:statuscode': '202' },
        },
      },
    );
    served.endpoint.answer = () => ({ status: 200, body: '{"status":"SUCCEEDED"}' });
    const response = await served.call();
    expect([response.status, response.headers.get('state')]).toEqual([202, 'SUCCEEDED']);
  });

  it('responds with 500 without an endpoint for the service', async () => {
    await using api = await HttpApiInTarget.deployed({
      routes: {
        $default: {
          IntegrationType: 'AWS_PROXY',
          IntegrationSubtype: 'SQS-PurgeQueue',
          CredentialsArn: 'arn:aws:iam::000000000000:role/apigateway',
          RequestParameters: { QueueUrl: QUEUE_URL },
        },
      },
    });
    const response = await api.request('/');
    expect([response.status, await response.text()]).toEqual([500, '{"message":"Internal Server Error"}']);
  });
});
