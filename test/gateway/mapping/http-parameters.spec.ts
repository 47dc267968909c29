import { describe, expect, it } from 'vitest';
import { ExpressionError } from '../../../src/gateway/mapping/expression-error.js';
import {
  parseHttpRequestMapping,
  parseHttpResponseMapping,
} from '../../../src/gateway/mapping/http-parameters.js';

describe('parseHttpRequestMapping', () => {
  it.each([
    ['append:header.header2', '$request.header.Header1', [{ kind: 'header', name: 'header1' }]],
    ['overwrite:querystring.a', '$request.querystring.A', [{ kind: 'querystring', name: 'A' }]],
    ['overwrite:path', '$request.path', [{ kind: 'path' }]],
    ['append:header.a', '$request.path.id', [{ kind: 'pathParameter', name: 'id' }]],
    ['append:header.a', '$request.body', [{ kind: 'body', path: [] }]],
    ['append:header.a', '$request.body.a[0]', [{ kind: 'body', path: [{ name: 'a' }, { index: 0 }] }]],
    [
      'append:header.a',
      '$context.authorizer.claims.cognito:username',
      [{ kind: 'context', name: 'authorizer.claims.cognito:username' }],
    ],
    ['append:header.a', '$stageVariables.env', [{ kind: 'stageVariable', name: 'env' }]],
    ['append:header.a', 'static text, $5', ['static text, $5']],
    // H8.07
    [
      'overwrite:path',
      '/v2/${request.path.name}-${context.requestId}',
      ['/v2/', { kind: 'pathParameter', name: 'name' }, '-', { kind: 'context', name: 'requestId' }],
    ],
  ])('H8.01, H8.05: reads %s = %s', (key, text, value) => {
    expect(parseHttpRequestMapping(key, text)).toMatchObject({ value });
  });

  it.each(['', "''"])('H8.11: removes with the value %j', (value) => {
    expect(parseHttpRequestMapping('remove:header.Header1', value)).toEqual({
      text: { destination: 'remove:header.Header1', source: value },
      operation: 'remove',
      location: 'header',
      name: 'Header1',
    });
  });

  it.each([
    // H8.03
    'myKey',
    'append:overwrite.static',
    'append:path',
    'remove:path',
    'overwrite:statuscode',
    'append:header.',
    'append:header.a b',
    'append:header.a:b',
    // H8.04
    'integration.request.header.X',
  ])('H8.03, H8.04: refuses the key %s', (key) => {
    expect(() => parseHttpRequestMapping(key, 'x')).toThrow(ExpressionError);
  });

  it.each([
    'access-control-allow-origin',
    'Apigw-Requestid',
    'AUTHORIZATION',
    'Connection',
    'Content-Encoding',
    'Content-Length',
    'Content-Location',
    'Forwarded',
    'Keep-Alive',
    'Origin',
    'Proxy-Authenticate',
    'Proxy-Authorization',
    'TE',
    'Trailers',
    'Transfer-Encoding',
    'Upgrade',
    'x-amz-date',
    'X-Amzn-Trace-Id',
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'X-Forwarded-Proto',
    'Via',
  ])('H8.20: refuses the reserved header %s on both sides', (name) => {
    for (const operation of ['append', 'overwrite', 'remove']) {
      const key = `${operation}:header.${name}`;
      expect(() => parseHttpRequestMapping(key, 'x')).toThrow(ExpressionError);
      expect(() => parseHttpResponseMapping(key, 'x')).toThrow(ExpressionError);
    }
  });

  it.each(['Host', 'Cookie', 'User-Agent', 'Content-Type', 'X-Forwarded-Port', 'Server', 'Date', 'x-amzX'])(
    'H8.22: allows the header %s',
    (name) => {
      expect(parseHttpRequestMapping(`overwrite:header.${name}`, 'x')).toMatchObject({ name });
    },
  );

  it.each([
    '$request.header',
    '$request.nothing.a',
    '$response.header.a',
    '$request.body..a',
    '$request.body.a[?(@.b)]',
    '$context.',
    '$stageVariables.a-b',
    'a ${request.path.id',
    '${nothing.a}',
  ])('H8.05, H8.09: refuses the value %s', (value) => {
    expect(() => parseHttpRequestMapping('append:header.a', value)).toThrow(ExpressionError);
  });
});

describe('parseHttpResponseMapping', () => {
  it.each([
    ['$response.header.X-A', [{ kind: 'header', name: 'x-a' }]],
    ['$response.body.code', [{ kind: 'body', path: [{ name: 'code' }] }]],
    ['${context.requestId}!', [{ kind: 'context', name: 'requestId' }, '!']],
  ])('H8.06: reads %s', (text, value) => {
    expect(parseHttpResponseMapping('append:header.a', text)).toMatchObject({ location: 'header', value });
  });

  it('H8.02: reads a status', () => {
    expect(parseHttpResponseMapping('overwrite:statuscode', '403')).toEqual({
      text: { destination: 'overwrite:statuscode', source: '403' },
      operation: 'overwrite',
      location: 'statuscode',
      value: ['403'],
    });
  });

  it.each([
    ['overwrite:statuscode', '99'],
    ['overwrite:statuscode', 'x'],
    ['append:statuscode', '200'],
    ['append:querystring.a', 'x'],
    ['overwrite:path', '/x'],
    ['append:header.a', '$request.header.a'],
    ['append:header.a', '$response.querystring.a'],
  ])('H8.02, H8.06: refuses %s = %s', (key, value) => {
    expect(() => parseHttpResponseMapping(key, value)).toThrow(ExpressionError);
  });
});
