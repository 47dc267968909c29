import { describe, expect, it } from 'vitest';
import { renderTemplate } from './render-template.js';

const BODY = JSON.stringify({
  action: 'join',
  text: `it's "q" é/`,
  n: 5,
  flag: true,
  list: [1, { c: 5 }],
  nothing: null,
  deep: { a: { b: 'v' } },
  'user-id': 'u1',
});

describe('$input', () => {
  it.each([
    ['$input.body', BODY],
    ["$input.json('$')", BODY],
    ["$input.json('$.text')", JSON.stringify(`it's "q" é/`)],
    ["$input.json('$.deep')", '{"a":{"b":"v"}}'],
    ["$input.json('$.list[1].c')", '5'],
    ["$input.json('$.user-id')", '"u1"'],
    ["$input.json('deep.a.b')", '"v"'],
    ["$input.path('$.action')", 'join'],
    ["$input.path('$.n')", '5'],
    ["$input.path('$.flag')", 'true'],
    ["$input.path('$.list').size()", '2'],
    ["$input.path('$.list')[1].c", '5'],
    ["$input.path('$').list.get(1).c", '5'],
    ["$input.path('$.list[*].c')", '[5]'],
  ])('%s', (template, text) => {
    expect(renderTemplate(template, BODY)).toBe(text);
  });

  it('prints an object as Java does, and a list in it as JSON', () => {
    expect(renderTemplate('$input.path("$")', '{"a":1,"b":[{"c":"x"}],"d":{"e":null}}')).toBe(
      '{a=1, b=[{"c":"x"}], d={e=null}}',
    );
  });

  it('without a body is that of {}', () => {
    expect(renderTemplate("$input.json('$') $input.body")).toBe('{} {}');
  });

  it('is an empty text in JSON, and nothing as an object, for an absent value', () => {
    expect(renderTemplate(`$input.json('$.x') $input.path('$.x') [$!input.path('$.x')]`, '{}')).toBe(
      `"" $input.path('$.x') []`,
    );
  });

  it('sees the template’s own changes of the body, which the next rendering does not', () => {
    const template = `#set($b = $input.path('$'))#set($b.a = 2)$input.json('$')`;
    expect([renderTemplate(template, '{"a":1}'), renderTemplate("$input.json('$')", '{"a":1}')]).toEqual([
      '{"a":2}',
      '{"a":1}',
    ]);
  });
});

describe('$input.params', () => {
  const scope = {
    input: {
      body: '',
      params: { path: {}, querystring: { token: 't', both: 'q' }, header: { Origin: 'o', both: 'h' } },
    },
  };

  it.each([
    ["$input.params('token')", 't'],
    ["$input.params('Origin')", 'o'],
    ["$input.params('both')", 'q'],
    ["[$input.params('none')]", '[]'],
    ["$input.params().header.get('Origin')", 'o'],
    ['$input.params().querystring.token', 't'],
    ['$input.params().header.keySet()', '[Origin, both]'],
    // AWS's sample for $connect
    [
      '{"params": "$input.params()"}',
      '{"params": "{path={}, querystring={token=t, both=q}, header={Origin=o, both=h}}"}',
    ],
  ])('%s', (template, text) => {
    expect(renderTemplate(template, '', scope)).toBe(text);
  });

  it('can be iterated as in the console’s passthrough template', () => {
    const template = `#set($allParams = $input.params())
{
"body-json" : $input.json('$'),
"params" : {
#foreach($type in $allParams.keySet())
    #set($params = $allParams.get($type))
"$type" : {
    #foreach($paramName in $params.keySet())
    "$paramName" : "$util.escapeJavaScript($params.get($paramName))"
        #if($foreach.hasNext),#end
    #end
}
    #if($foreach.hasNext),#end
#end
},
"stage-variables" : {
#foreach($key in $stageVariables.keySet())
"$key" : "$util.escapeJavaScript($stageVariables.get($key))"
    #if($foreach.hasNext),#end
#end
},
"context" : {
    "caller" : "$context.identity.caller",
    "source-ip" : "$context.identity.sourceIp"
    }
}`;
    const text = renderTemplate(template, '', {
      ...scope,
      context: { 'identity.sourceIp': '203.0.113.9' },
      stageVariables: { url: 'http://h/' },
    });
    expect(JSON.parse(text)).toEqual({
      'body-json': {},
      params: { path: {}, querystring: { token: 't', both: 'q' }, header: { Origin: 'o', both: 'h' } },
      'stage-variables': { url: 'http://h/' },
      context: { caller: '', 'source-ip': '203.0.113.9' },
    });
  });
});

describe('$util', () => {
  it.each([
    ["$util.escapeJavaScript($input.path('$.text'))", String.raw`it\'s \"q\" \u00E9\/`],
    // AWS's advice, because an escaped ' is not JSON
    [
      String.raw`$util.escapeJavaScript($input.path('$.text')).replaceAll("\\'","'")`,
      String.raw`it's \"q\" \u00E9\/`,
    ],
    [String.raw`$util.escapeJavaScript($util.parseJson('"\n\u0001😀"'))`, String.raw`\n\u0001\uD83D\uDE00`],
    ['$util.parseJson($input.body).deep.a.b', 'v'],
    ["$util.parseJson('[1,2]').size()", '2'],
    ['$util.urlEncode("a b&c=é/*~")', 'a+b%26c%3D%C3%A9%2F*%7E'],
    ['$util.urlDecode("a+b%26%C3%A9")', 'a b&é'],
    ['$util.base64Encode("hé")', 'aMOp'],
    ['$util.base64Decode("aMOp")', 'hé'],
    ['$util.base64Encode($input.json("$.n"))', 'NQ=='],
    ['$util.nothing("x")', '$util.nothing("x")'],
  ])('%s', (template, text) => {
    expect(renderTemplate(template, BODY)).toBe(text);
  });
});

describe('$context', () => {
  const context = { connectionId: 'gbg==', 'identity.sourceIp': '203.0.113.9', 'authorizer.a.b': 'c' };

  it.each([
    ['$context.connectionId', 'gbg=='],
    ['${context.connectionId}', 'gbg=='],
    ['$context.identity.sourceIp', '203.0.113.9'],
    ["$context.authorizer.get('a.b')", 'c'],
    ["$context['connectionId']", 'gbg=='],
    // documented, but absent in this event
    ['[$context.messageId$context.identity.userArn]', '[]'],
    ['$context.conectionId', '$context.conectionId'],
  ])('%s', (template, text) => {
    expect(renderTemplate(template, '', { context })).toBe(text);
  });
});

describe('$stageVariables', () => {
  it.each([
    '$stageVariables.name',
    "$stageVariables['name']",
    "${stageVariables['name']}",
    '${stageVariables.name}',
  ])('%s', (template) => {
    expect(renderTemplate(template, '', { stageVariables: { name: 'value' } })).toBe('value');
  });
});

describe('$context.requestTimeEpoch and $context.connectedAt', () => {
  const context = { requestTimeEpoch: '1790000000123', connectedAt: '1790000000000', stage: 'dev' };

  it.each([
    ['$context.requestTimeEpoch', '1790000000123'],
    ['"$context.requestTimeEpoch" ${context.connectedAt}', '"1790000000123" 1790000000000'],
    ['#set($x = $context.requestTimeEpoch + 86400)$x', '1790000086523'],
    ['#set($x = $context.requestTimeEpoch - $context.connectedAt)$x', '123'],
    ['#set($x = $context.connectedAt * 2)$x', '3580000000000'],
    ['#set($x = $context.requestTimeEpoch / 1000)$x', '1790000000'],
    ['#set($x = $context.requestTimeEpoch % 100)$x', '23'],
    ['#set($x = ($context.requestTimeEpoch / 1000) + 7200)$x', '1790007200'],
    ['#if($context.requestTimeEpoch > $context.connectedAt)later#end', 'later'],
    ['#if($context.requestTimeEpoch <= 1790000000123)same#end', 'same'],
    ['#if($context.requestTimeEpoch == 1790000000123)number#end', 'number'],
    ['#if($context.requestTimeEpoch == "1790000000123")text#end', 'text'],
    ['#set($x = "at " + $context.connectedAt)$x', 'at 1790000000000'],
    ['$context.requestTimeEpoch.toString()', '1790000000123'],
    ['$context.requestTimeEpoch.substring(0, 10)', '1790000000'],
    ['$context.requestTimeEpoch.length() $context.connectedAt.endsWith("000")', '13 true'],
    ['$context.connectedAt.longValue() $context.connectedAt.intValue()', '1790000000000 1790000000000'],
    ['$context.connectedAt.equals(1790000000000) $context.connectedAt.equals("1790000000000")', 'true true'],
    ['$context.connectedAt.compareTo(5) $context.connectedAt.compareTo("1")', '1 1'],
    ['#set($Long = 0)#set($x = $Long.valueOf($context.connectedAt) + 1)$x', '1790000000001'],
  ])('%s is %s', (template, text) => {
    expect(renderTemplate(template, '', { context })).toBe(text);
  });

  it('leaves other variables as text', () => {
    expect(renderTemplate('#set($x = $context.stage + 1)$x', '', { context })).toBe('dev1');
  });
});
