import { describe, expect, it } from 'vitest';
import { evaluateSource, parseSource } from '../../../../src/gateway/mapping/request-parameters.js';
import {
  evaluateResponseSource,
  parseResponseMapping,
} from '../../../../src/gateway/mapping/response-parameters.js';
import {
  evaluateSelection,
  parseSelectionExpression,
} from '../../../../src/gateway/mapping/selection-expression.js';
import { readMessage } from '../../../../src/gateway/websocket/client-message.js';
import { validateMessage } from '../../../../src/gateway/websocket/steps/validate-message.js';
import { renderTemplate } from '../../vtl/render-template.js';

const NUMBERS = ['1234567890123456789', '1e400', '1.0', '-0', '0.10'];

describe.each(NUMBERS)('the number %s of a message', (number) => {
  const text = `{"n": ${number}, "o": {"list": [${number}]}}`;
  const message = readMessage(text);

  it.each([
    ['n', number],
    ['o', `{"list":[${number}]}`],
    ['o.list[0]', number],
  ])('is unchanged in a mapped parameter: %s', (path, expected) => {
    const event = { context: {}, stageVariables: {}, body: message };
    expect(evaluateSource(parseSource(`route.request.body.${path}`), event)).toEqual([expected]);
  });

  it('is unchanged in a mapped parameter of a response', () => {
    const { source } = parseResponseMapping('route.response.header.n', 'integration.response.body.n');
    expect(evaluateResponseSource(source, { headers: {}, text, json: message.json })).toEqual([number]);
  });

  it.each([
    ['$request.body.n', number],
    ['$request.body.o.list', `[${number}]`],
    ['$request.body.o', `{"list":[${number}]}`],
  ])('is unchanged in a route key: %s', (expression, expected) => {
    expect(evaluateSelection(parseSelectionExpression(expression), { body: message.json })).toBe(expected);
  });

  it.each([
    ["$input.json('$')", `{"n":${number},"o":{"list":[${number}]}}`],
    ["$input.json('$.n')", number],
    ["$input.path('$.n')", number],
    ["$input.path('$')", `{n=${number}, o={list=[${number}]}}`],
    ["$input.path('$.o.list')", `[${number}]`],
    ["#foreach($n in $input.path('$.o.list'))$n#end", number],
    ["#set($map = {})#set($map.n = $input.path('$.n'))$map", `{n=${number}}`],
    ['$util.parseJson($input.body).n', number],
    ["$util.base64Encode($input.path('$.n'))", Buffer.from(number).toString('base64')],
    ['#set($s = "a$input.path(\'$.n\')")$s', `a${number}`],
    ["$input.path('$.n').toString()", number],
  ])('is unchanged in a mapping template: %s', (template, expected) => {
    expect(renderTemplate(template, text)).toBe(expected);
  });
});

describe('a mapping template calculates', () => {
  const body = '{"id":1234567890123456789,"one":1.0,"ten":1e1,"max":9007199254740992}';

  it.each([
    ["#set($n = $input.path('$.id') + 1)$n", '1234567890123456790'],
    ["#set($n = $input.path('$.id') * 10)$n", '12345678901234567890'],
    ["#set($n = $input.path('$.id') / 10)$n", '123456789012345678'],
    ["#set($n = $input.path('$.id') % 1000)$n", '789'],
    ["#set($n = 0 - $input.path('$.id'))$n", '-1234567890123456789'],
    ['#set($n = 9007199254740991 + 2)$n', '9007199254740993'],
    ['#set($n = 9007199254740993)$n', '9007199254740993'],
    ["#set($n = $input.path('$.one') + 1)$n", '2'],
    ["#set($n = $input.path('$.ten') + 1)$n", '11'],
    ['#set($Long = 0)$Long.parseLong("9007199254740993")', '9007199254740993'],
    ['#set($Long = 0)$Long.parseLong("+007")', '7'],
    ["$input.path('$.id').longValue()", '1234567890123456789'],
    ["$input.path('$.one').intValue()", '1'],
    ["#if($input.path('$.one') == 1)yes#end", 'yes'],
    ["#if($input.path('$.max') < $input.path('$.max') + 1)yes#end", 'yes'],
    ["#if($input.path('$.max') == $input.path('$.max') + 1)no#end", ''],
    ["#foreach($n in [$input.path('$.one')..3])$n#end", '123'],
  ])('%s', (template, expected) => {
    expect(renderTemplate(template, body)).toBe(expected);
  });

  it('with whole numbers only up to a length', () => {
    const square = '#set($n = $n * $n)'.repeat(100);
    expect(() => renderTemplate(`#set($n = 99999)${square}`)).toThrow('more than 4096 bits');
  });
});

it('a model sees the value of a number, however it is written', () => {
  const models = {
    selection: parseSelectionExpression('$request.body.action', 'request'),
    schemas: new Map([['$default', { type: 'object', properties: { n: { type: 'integer', maximum: 5 } } }]]),
  };
  expect(validateMessage(models, readMessage('{"n":1.0}'))).toBeUndefined();
  expect(validateMessage(models, readMessage('{"n":6.0}'))).toContain('must be <= 5');
});

it('whole numbers as keys come first, and a repeated key has its last value', () => {
  const text = '{"o": {"2": 1, "1": 2.0, "b": 3, "b": 4}}';
  const expected = '{"1":2.0,"2":1,"b":4}';
  expect(renderTemplate("$input.json('$.o')", text)).toBe(expected);
  const event = { context: {}, stageVariables: {}, body: readMessage(text) };
  expect(evaluateSource(parseSource('route.request.body.o'), event)).toEqual([expected]);
});
