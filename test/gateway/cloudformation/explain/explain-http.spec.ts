import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explain, type ExplainOptions } from '../../../../src/gateway/cloudformation/explain/explain.js';
import { UsageError } from '../../../../src/gateway/usage-error.js';

const TEMPLATES = join(import.meta.dirname, '../../../support/http-api-templates');
const read = (name: string) => readFileSync(join(TEMPLATES, name), 'utf8');

const run = (name: string, request: string, options: Partial<ExplainOptions> = {}) =>
  explain(read(name), {
    fileName: name,
    region: 'us-east-1',
    accountId: '000000000000',
    parameters: new Map(),
    request,
    ...options,
  });

describe('explain of a request to an HTTP API', () => {
  it('prints the event of a function', () => {
    const { text, isSent } = run('1-lambda.json', 'GET /books?x=1&x=2', { headers: [['Cookie', 'a=b']] });
    const [, json = ''] = text.split('\n\ninvoke ')[1]?.split(/\n\n/) ?? [];
    expect(isSent).toBe(true);
    expect(text).toMatch(/^# route GET \/books of stage \$default → \w+ \(line \d+\) \(AWS_PROXY\)$/m);
    expect(JSON.parse(json)).toMatchObject({
      version: '2.0',
      routeKey: 'GET /books',
      rawPath: '/books',
      rawQueryString: 'x=1&x=2',
      cookies: ['a=b'],
      queryStringParameters: { x: '1,2' },
      requestContext: { stage: '$default', http: { method: 'GET', sourceIp: '203.0.113.1' } },
    });
  });

  it('prints the request to a URL, with the path variable filled in', () => {
    const { text } = run('2-url.json', 'POST /books/a/b?x=1', { body: 'hello' });
    expect(text).toMatch(/^# sent to https:\/\/get-books-proxy\.example\.com$/m);
    expect(text).toMatch(/\n\nPOST \/[^\n]*a\/b\?x=1 HTTP\/1\.1\n/);
    expect(text).toMatch(/^Host: get-books-proxy\.example\.com$/m);
    expect(text).toMatch(/^Content-Length: 5$/m);
  });

  it('prints the mapped request to a load balancer, and which target it needs', () => {
    const { text } = run('3-alb.json', 'GET /books?x=1', { headers: [['header1', 'v']] });
    expect(text).toMatch(/here to --target lblistener657ADDEC=HOST:PORT$/m);
    expect(text).toMatch(/\n\nGET \/books\?x=1 HTTP\/1\.1\n/);
    expect(text).toMatch(/^header2: v$/m);
    expect(text).not.toMatch(/^header1:/m);
  });

  it('names a mapping whose source has no value', () => {
    expect(run('3-alb.json', 'GET /').text).toMatch(
      /^# without effect: append:header\.header2 ← \$request\.header\.header1: the request has no such value$/m,
    );
  });

  it('names the token that a JWT authorizer requires, and has the given claims in the event', () => {
    const context = { 'authorizer.claims.sub': 'alice', 'authorizer.claims.scope': 'r w' };
    const { text, isSent } = run('6-everything.json', 'GET /jwt', { context });
    expect(isSent).toBe(true);
    expect(text).toMatch(
      /^# the client must send a token of https:\/\/issuer\.example\.com for a1 or a2, with one of the scopes r, w/m,
    );
    const event = JSON.parse(text.slice(text.indexOf('{\n'))) as { requestContext: { authorizer: object } };
    expect(event.requestContext.authorizer).toEqual({
      claims: { sub: 'alice', scope: 'r w' },
      scopes: ['r', 'w'],
    });
  });

  it('names the function of a Lambda authorizer, and has the given context in the event', () => {
    const { text } = run('6-everything.json', 'GET /lam', { context: { 'authorizer.tenant': 't1' } });
    expect(text).toMatch(
      /^# the Lambda authorizer .*AuthC256A5EC decides, if the request has \$request\.header/m,
    );
    expect(text).toContain('"tenant": "t1"');
  });

  it('prints the request to an AWS service', () => {
    const { text, isSent } = run('6-everything.json', 'POST /prod/sqs', { body: '{"MessageBody":"a b"}' });
    expect(isSent).toBe(true);
    expect(text).toMatch(/^# sent to sqs in \S+; here to --endpoint-for sqs=URL$/m);
    expect(text).toMatch(/^Action=SendMessage&Version=2012-11-05&QueueUrl=.*&MessageBody=a\+b$/m);
  });

  it('has no request to a service without the value of a required parameter', () => {
    expect(run('6-everything.json', 'POST /prod/sqs')).toMatchObject({
      isSent: false,
      text: expect.stringContaining(
        'nothing is sent: Unable to resolve property MessageBody from source $request.body.MessageBody',
      ),
    });
  });

  it('has no request without a matching route', () => {
    expect(run('1-lambda.json', 'POST /books').text).toMatch(/the response is 404: no route .* POST \/books/);
  });

  it.each(['/books', 'get /books', 'GET books', 'GET /a b', 'GET /%zz'])(
    'refuses the request %j',
    (request) => {
      expect(() => run('1-lambda.json', request)).toThrow(UsageError);
    },
  );

  it.each(['stage', 'route', 'query'])('refuses --%s, which is part of the request', (option) => {
    expect(() => run('1-lambda.json', 'GET /books', { [option]: 'x' })).toThrow(UsageError);
  });

  it('says that a template with HTTP APIs alone needs --request', () => {
    expect(() => run('1-lambda.json', 'GET /', { request: undefined })).toThrow(/set --request/);
  });
});
