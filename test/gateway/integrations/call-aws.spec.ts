import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import { awsRequest } from '../../../src/gateway/integrations/aws-request.js';
import { callAws } from '../../../src/gateway/integrations/call-aws.js';
import { HttpClient } from '../../../src/gateway/integrations/call-http.js';
import { type AwsRequest } from '../../../src/gateway/integrations/integration-request.js';
import { HttpBackend, type Received } from '../../support/http-backend.js';
import { serviceActionRequest } from '../../../src/gateway/integrations/service-actions.js';

const CREDENTIALS = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };

const requestOf = (uri: string, parts: { query?: string[]; headers?: string[]; body?: string } = {}) =>
  awsRequest(`arn:aws:apigateway:eu-central-1:${uri}`, {
    method: 'POST',
    query: [],
    headers: [],
    body: undefined,
    timeoutMs: 5_000,
    ...parts,
  }) as AwsRequest;

/** Sends the request to a server in place of the service. @returns the request that the server receives */
async function receive(request: AwsRequest, base = ''): Promise<Received> {
  await using backend = await HttpBackend.start();
  const http = new HttpClient();
  await callAws(
    {
      endpoints: new Map([[request.service, new URL(backend.url + base)]]),
      credentials: async () => CREDENTIALS,
    },
    http,
    request,
  );
  await http.close();
  return backend.next();
}

/** The signature that the service computes from the received request. */
async function expectedSignature({ method, url, headers, body }: Received, service: string): Promise<string> {
  const signedHeaders = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
  const target = new URL(url, 'http://service');
  const signer = new SignatureV4({
    region: 'eu-central-1',
    service,
    credentials: CREDENTIALS,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
  });
  const signed = await signer.sign(
    {
      method,
      protocol: 'http:',
      hostname: 'service',
      path: target.pathname,
      query: Object.fromEntries(
        [...new Set(target.searchParams.keys())].map((name) => [name, target.searchParams.getAll(name)]),
      ),
      headers: Object.fromEntries(signedHeaders.map((name) => [name, String(headers[name])])),
      body,
    },
    { signingDate: dateOf(String(headers['x-amz-date'])) },
  );
  return signed.headers.authorization ?? '';
}

const dateOf = (date: string) =>
  new Date(date.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5'));

describe('a request to a service', () => {
  it.each([
    ['an action', requestOf('sns:action/Publish', { query: ['Message=a%20b%26c', 'Message=2'] })],
    ['a JSON action', requestOf('dynamodb:action/PutItem', { body: '{"TableName":"ü"}' })],
    ['a path', requestOf('sqs:path/123456789012/queue', { headers: ['Content-Type', 'application/x-www-form-urlencoded'], body: 'Action=SendMessage&MessageBody=hi' })],
    ['an object', requestOf('s3:path/bucket/a%20b%2Fc', { body: 'content' })],
    ['a query with odd characters', requestOf('sqs:path/1/q', { query: ["a=!'()*%2B~"] })],
  ])('has a signature that the service verifies: %s', async (_, request) => {
    const received = await receive(request);
    expect(received.headers).toMatchObject({ 'x-amz-security-token': 'token' });
    expect(received.headers.authorization).toBe(await expectedSignature(received, request.service));
  }); // prettier-ignore

  it('is sent as mapped', async () => {
    const received = await receive(
      requestOf('sqs:path/1/q', { query: ['b=2', 'a=x%20y'], headers: ['X-One', '1'], body: 'hello' }),
    );
    expect(received).toMatchObject({ method: 'POST', url: '/1/q?b=2&a=x%20y', body: 'hello' });
    expect(received.headers).toMatchObject({ 'x-one': '1' });
  });

  it('is sent below the path of its endpoint', async () => {
    expect(await receive(requestOf('sqs:path/1/q'), '/base/')).toMatchObject({ url: '/base/1/q' });
  });

  it('cannot leave its endpoint', async () => {
    expect(await receive(requestOf('sqs:path///evil.example/x'))).toMatchObject({ url: '//evil.example/x' });
    expect(await receive(requestOf('sqs:path/@evil.example/x'))).toMatchObject({ url: '/@evil.example/x' });
  });
});

describe('without the machine’s credentials', () => {
  it('a request to an endpoint is signed with placeholders', async () => {
    await using backend = await HttpBackend.start();
    const http = new HttpClient();
    const endpoints = new Map([['sqs', new URL(backend.url)]]);
    await callAws({ endpoints, credentials: undefined }, http, requestOf('sqs:path/1/q'));
    await http.close();
    const { headers } = await backend.next();
    expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=local\//);
    expect(headers).not.toHaveProperty('x-amz-security-token');
  });

  it('a request to AWS is not sent, and the error names the options', async () => {
    const http = { send: async () => Promise.reject(new Error('it was sent')) } as unknown as HttpClient;
    const services = { endpoints: new Map<string, URL>(), credentials: undefined };
    await expect(callAws(services, http, requestOf('sqs:path/1/q'))).rejects.toMatchObject({
      name: 'IntegrationFailedError',
      message: expect.stringMatching(
        /sqs\.eu-central-1\.amazonaws\.com.*--use-machine-credentials.*--endpoint-for sqs=URL/,
      ) as string,
    });
  });
});

describe('without an endpoint, a request is sent to AWS', () => {
  it.each([
    ['sqs:path/1/q', 'https://sqs.eu-central-1.amazonaws.com'],
    ['my.bucket.s3:path/key', 'https://my.bucket.s3.eu-central-1.amazonaws.com'],
    ['abc.iotdata:path/topics/t', 'https://abc.iot.eu-central-1.amazonaws.com'],
    ['ses:action/SendEmail', 'https://email.eu-central-1.amazonaws.com'],
    ['iam:action/GetUser', 'https://iam.amazonaws.com'],
  ])('%s at %s', async (uri, origin) => {
    let sentTo = '';
    const http = {
      send: async (request: { origin: string }) => {
        sentTo = request.origin;
        return { status: 200, headers: {}, body: Buffer.alloc(0) };
      },
    };
    const services = { endpoints: new Map<string, URL>(), credentials: async () => CREDENTIALS };
    await callAws(services, http as unknown as HttpClient, requestOf(uri));
    expect(sentTo).toBe(origin);
  });
});

it('sends StartSyncExecution to a host of its own', async () => {
  let sentTo = '';
  const http = {
    send: async (request: { origin: string }) => {
      sentTo = request.origin;
      return Promise.resolve({ status: 200, headers: {}, body: Buffer.alloc(0) });
    },
  };
  const place = { region: 'eu-central-1', timeoutMs: 1_000 };
  const request = serviceActionRequest(
    'StepFunctions-StartSyncExecution',
    new Map([['StateMachineArn', 'm']]),
    place,
  );
  const services = {
    endpoints: new Map<string, URL>(),
    credentials: async () => Promise.resolve(CREDENTIALS),
  };
  await callAws(services, http as unknown as HttpClient, request);
  expect(sentTo).toBe('https://sync-states.eu-central-1.amazonaws.com');
});

it('returns the service’s response unmodified, errors too', async () => {
  await using backend = await HttpBackend.start();
  backend.answer = () => ({ status: 400, headers: { 'x-amzn-ErrorType': 'Bad' }, body: '{"message":"no"}' });
  const http = new HttpClient();
  const services = {
    endpoints: new Map([['sqs', new URL(backend.url)]]),
    credentials: async () => CREDENTIALS,
  };
  const response = await callAws(services, http, requestOf('sqs:path/1/q'));
  await http.close();
  expect(response).toMatchObject({ status: 400, headers: { 'x-amzn-errortype': 'Bad' } });
  expect(response.body.toString()).toBe('{"message":"no"}');
});

it('fails without credentials', async () => {
  const http = new HttpClient();
  const credentials = async () => Promise.reject(new Error('no credentials anywhere'));
  await expect(
    callAws({ endpoints: new Map(), credentials }, http, requestOf('sqs:path/1/q')),
  ).rejects.toMatchObject({
    name: 'IntegrationFailedError',
    message: expect.stringContaining('no credentials anywhere'),
  });
  await http.close();
});
