import { describe, expect, it } from 'vitest';
import { ExpressionError } from '../../../src/gateway/mapping/expression-error.js';
import {
  evaluateSource,
  type Mappable,
  parseParameterMapping,
} from '../../../src/gateway/mapping/request-parameters.js';

const connect: Mappable = {
  context: { connectionId: 'abc=', 'identity.sourceIp': '203.0.113.5' },
  stageVariables: { colour: 'green' },
  handshake: {
    header: new Map([['x-tenant', ['a', 'b']]]),
    querystring: new Map([['stocks', ['aapl', 'goog']]]),
  },
};
const message: Mappable = {
  context: {},
  stageVariables: {},
  body: { text: '{"a":{"b":[1,2]},"s":"text","n":null}', json: { a: { b: [1, 2] }, s: 'text', n: null } },
};
const evaluate = (source: string, event: Mappable) =>
  evaluateSource(parseParameterMapping('integration.request.header.X', source).source, event);

describe('a source', () => {
  it.each([
    ['context.connectionId', ['abc=']],
    ['context.identity.sourceIp', ['203.0.113.5']],
    ['stageVariables.colour', ['green']],
    ["'static value'", ['static value']],
    ["''", ['']],
    ['route.request.header.X-Tenant', ['b']],
    ['route.request.multivalueheader.X-Tenant', ['a', 'b']],
    ['route.request.querystring.stocks', ['goog']],
    ['route.request.multivaluequerystring.stocks', ['aapl', 'goog']],
  ])('%s on $connect is %j', (source, values) => {
    expect(evaluate(source, connect)).toEqual(values);
  });

  it.each([
    ['route.request.body.s', ['text']],
    ['route.request.body.a.b[1]', ['2']],
    ['route.request.body.a', ['{"b":[1,2]}']],
    ['route.request.body', [message.body?.text]],
  ])('%s of a message is %j', (source, values) => {
    expect(evaluate(source, message)).toEqual(values);
  });

  it.each([
    'context.unknown',
    'context.constructor',
    'stageVariables.unknown',
    'stageVariables.toString',
    'route.request.body.missing',
    'route.request.body.n',
    'route.request.querystring.stocks',
    'route.request.header.X-Tenant',
  ])('%s of a message has no value', (source) => {
    expect(evaluate(source, message)).toEqual([]);
  });

  it('in the body of $connect has no value', () => {
    expect(evaluate('route.request.body.s', connect)).toEqual([]);
  });
});

describe('a mapping', () => {
  it.each([
    ['integration.request.header.ConnectionId', 'header', 'ConnectionId'],
    ['integration.request.querystring.user.id', 'querystring', 'user.id'],
    ['integration.request.path.proxy', 'path', 'proxy'],
  ])('to %s sets the %s %s', (destination, location, name) => {
    expect(parseParameterMapping(destination, "'x'")).toMatchObject({ location, name });
  });

  it.each([
    ['overwrite:header.X', 'context.connectionId', /HTTP APIs/],
    ['integration.request.body.X', 'context.connectionId', /is not a destination/],
    ['integration.request.header.a b', 'context.connectionId', /is not a destination/],
    ['integration.request.header.Content-Length', "'3'", /cannot be mapped/],
    ['integration.request.header.X', '$context.connectionId', /no leading \$/],
    ['integration.request.header.X', 'method.request.header.X', /is not a source/],
    ['integration.request.header.X', 'route.request.path.X', /is not a source/],
    ['integration.request.header.X', "'unclosed", /is not a source/],
    ['integration.request.header.X', "'two\nlines'", /is not a source/],
    ['integration.request.header.X', 'route.request.body..x', /JSONPath/],
  ])('%s ← %s is refused with a reason', (destination, source, reason) => {
    expect(() => parseParameterMapping(destination, source)).toThrow(ExpressionError);
    expect(() => parseParameterMapping(destination, source)).toThrow(reason);
  });
});
