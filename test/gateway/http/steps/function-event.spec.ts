import { describe, expect, it } from 'vitest';
import { type EventAuthorizer } from '../../../../src/gateway/authorizers/http-authorization.js';
import { functionEvent } from '../../../../src/gateway/http/steps/function-event.js';
import { apiEvent, functionIntegration, httpRoute } from '../../../support/http-api.js';

type Overrides = Parameters<typeof apiEvent>[0];

const eventOf = (version: '1.0' | '2.0', overrides: Overrides, request: Record<string, string> = {}) =>
  JSON.parse(functionEvent(functionIntegration(version, { request }), apiEvent(overrides))) as Record<
    string,
    unknown
  >;

const SIGNED: EventAuthorizer = {
  kind: 'iam',
  accessKey: 'AKIA',
  accountId: '111122223333',
  userId: 'AIDA',
  userArn: 'arn:aws:iam::111122223333:user/ann',
};

describe('functionEvent', () => {
  it('H6.12, H6.13: joins headers, and takes the cookies out of them', () => {
    const rawHeaders = ['X-A', 'first', 'x-a', 'second', 'Cookie', 'one=1; two=2', 'cookie', ' three=3;'];
    const event = eventOf('2.0', { request: { rawHeaders } });
    expect(event).toMatchObject({
      cookies: ['one=1', 'two=2', 'three=3'],
      headers: { 'x-a': 'first,second' },
    });
    expect(event.headers).not.toHaveProperty('cookie');
  });

  it('H6.04: has no headers of the connection', () => {
    const rawHeaders = ['Connection', 'close', 'Expect', '100-continue', 'Transfer-Encoding', 'chunked'];
    expect(Object.keys(eventOf('2.0', { request: { rawHeaders } }).headers as object)).toEqual([
      'content-length',
      'host',
      'x-amzn-trace-id',
      'x-forwarded-for',
      'x-forwarded-port',
      'x-forwarded-proto',
    ]);
  });

  it('H6.07: has the time in the form of access logs, and in milliseconds', () => {
    expect(eventOf('2.0', {})).toMatchObject({
      requestContext: { time: '24/Sep/2026:21:18:50 +0000', timeEpoch: 1_790_284_730_146 },
    });
  });

  it('H6.19: names the signer of a request', () => {
    expect(eventOf('2.0', { authorizer: SIGNED })).toMatchObject({
      requestContext: {
        authorizer: {
          iam: {
            accessKey: 'AKIA',
            accountId: '111122223333',
            callerId: 'AIDA',
            cognitoIdentity: null,
            principalOrgId: 'aws:PrincipalOrgID',
            userArn: 'arn:aws:iam::111122223333:user/ann',
            userId: 'AIDA',
          },
        },
      },
    });
    expect(eventOf('1.0', { authorizer: SIGNED })).toMatchObject({
      requestContext: {
        identity: { accessKey: 'AKIA', caller: 'AIDA', userArn: SIGNED.userArn, cognitoAmr: null },
      },
    });
  });

  it('H6.25: spells the names of payload 1.0 as recorded', () => {
    const rawHeaders = ['x-own-header', 'o', 'ACCEPT', 'a', 'authorization', 't', 'user-agent', 'u'];
    const { headers } = eventOf('1.0', { request: { rawHeaders } });
    expect(Object.keys(headers as object)).toEqual([
      'X-Own-Header',
      'accept',
      'authorization',
      'User-Agent',
      'Content-Length',
      'Host',
      'X-Amzn-Trace-Id',
      'X-Forwarded-For',
      'X-Forwarded-Port',
      'X-Forwarded-Proto',
    ]);
  });

  it('H6.23: names the default route', () => {
    expect(eventOf('1.0', { route: httpRoute('$default') })).toMatchObject({ resource: '$default' });
  });

  it('H6.49: has mapped headers, query parameters and path', () => {
    const request = { rawHeaders: ['header1', 'a'], path: '/dev/p', queryString: 'q=1' };
    const event = eventOf(
      '2.0',
      { request, routePath: '/p' },
      {
        'append:header.Header2': '$request.header.header1',
        'remove:header.header1': '',
        'append:querystring.q': '2',
        'overwrite:path': '$request.path',
      },
    );
    expect(event).toMatchObject({
      rawPath: '/p',
      rawQueryString: 'q=1&q=2',
      headers: { header2: 'a' },
      queryStringParameters: { q: '1,2' },
    });
    expect(event.headers).not.toHaveProperty('header1');
  });
});
