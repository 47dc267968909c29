import { describe, expect, it } from 'vitest';
import { awsRequest } from '../../../src/gateway/integrations/aws-request.js';

const request = (uri: string, parts: { query?: string[]; headers?: string[]; body?: string } = {}) =>
  awsRequest(uri, { method: 'POST', query: [], headers: [], body: undefined, timeoutMs: 1_000, ...parts });

describe('the URI of an AWS integration', () => {
  it.each([
    ['arn:aws:apigateway:us-east-1:sqs:path/123456789012/queue', 'sqs', undefined, '/123456789012/queue'],
    ['arn:aws:apigateway:us-east-1:sns:path//', 'sns', undefined, '/'],
    ['arn:aws:apigateway:us-east-1:s3:path/bucket/a%2Fb', 's3', undefined, '/bucket/a%2Fb'],
    ['arn:aws:apigateway:us-east-1:my.bucket.s3:path/key', 's3', 'my.bucket', '/key'],
    ['arn:aws-cn:apigateway:us-east-1:runtime.sagemaker:path/endpoints/e/invocations', 'sagemaker', 'runtime', '/endpoints/e/invocations'],
  ])('%s has a path', (uri, service, subdomain, path) => {
    expect(request(uri)).toMatchObject({ kind: 'aws', region: 'us-east-1', service, subdomain, path, query: [] });
  }); // prettier-ignore

  it('keeps its own query before mapped parameters', () => {
    expect(
      request('arn:aws:apigateway:us-east-1:sqs:path/1/q?Action=SendMessage', {
        query: ['MessageBody=a%26b'],
      }),
    ).toMatchObject({
      path: '/1/q',
      query: [
        ['Action', 'SendMessage'],
        ['MessageBody', 'a&b'],
      ],
    });
  });

  it('with an action has it in the query', () => {
    expect(
      request('arn:aws:apigateway:us-east-1:sns:action/Publish&Version=2010-03-31', {
        query: ['Message=hi'],
      }),
    ).toMatchObject({
      path: '/',
      query: [
        ['Action', 'Publish'],
        ['Version', '2010-03-31'],
        ['Message', 'hi'],
      ],
    });
  });

  it('with an action of a JSON service has it in a header', () => {
    expect(request('arn:aws:apigateway:us-east-1:dynamodb:action/PutItem', { body: '{}' })).toMatchObject({
      path: '/',
      query: [],
      headers: ['Content-Type', 'application/x-amz-json-1.0', 'X-Amz-Target', 'DynamoDB_20120810.PutItem'],
      body: '{}',
    });
  });

  it('has the content type JSON by default', () => {
    const uri = 'arn:aws:apigateway:us-east-1:sqs:path/1/q';
    expect(request(uri)).toMatchObject({ headers: ['Content-Type', 'application/json'] });
    const headers = ['content-type', 'application/x-www-form-urlencoded'];
    expect(request(uri, { headers })).toMatchObject({ headers });
  });

  it('keeps a mapped content type', () => {
    const headers = ['content-type', 'application/x-amz-json-1.1'];
    expect(request('arn:aws:apigateway:us-east-1:kinesis:action/PutRecord', { headers })).toMatchObject({
      headers: [...headers, 'X-Amz-Target', 'Kinesis_20131202.PutRecord'],
    });
  });

  it('of a Lambda function invokes it with the body', () => {
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:chat';
    expect(
      request(`arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arn}/invocations`, {
        body: '{"a":1}',
      }),
    ).toEqual({ kind: 'lambda', functionName: arn, payload: '{"a":1}', isProxy: false, timeoutMs: 1_000 });
  });

  it.each(['http://h/', 'arn:aws:apigateway:us-east-1:sqs', 'arn:aws:apigateway:us-east-1:sqs:other/x', ''])(
    "'%s' is none",
    (uri) => {
      expect(request(uri)).toBeUndefined();
    },
  );
});
