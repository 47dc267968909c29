import { array, assert, constantFrom, json, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TEMPLATE_LIMITS } from '../../../src/gateway/silent/vtl-choices.js';
import { TemplateError } from '../../../src/gateway/vtl/template-error.js';
import { renderTemplate } from './render-template.js';

const BODY = '{"text":"t","list":[1],"map":{"k":"v"},"n":1,"__proto__":{"polluted":1}}';

/** The result of a template; empty when it fails with an expected error, such as an index outside a list. */
function attempt(template: string, body: string): string {
  try {
    return renderTemplate(template, body);
  } catch (error) {
    if (error instanceof TemplateError) return '';
    throw error;
  }
}

describe('a template cannot reach JavaScript’s own members', () => {
  const roots = [
    '$input',
    '$util',
    '$context',
    '$stageVariables',
    "$input.path('$')",
    "$input.path('$.text')",
    "$input.path('$.list')",
    "$input.path('$.n')",
    '$input.params()',
    '$input.params().keySet()',
    '$util.parseJson("{}")',
  ];
  const paths = [
    '.constructor',
    '.constructor.constructor("return process")',
    '.getClass()',
    '.class.forName("x")',
    '.prototype',
    ".get('constructor')",
    "['constructor']",
    '.toString.call()',
    '.valueOf.x',
    '.hasOwnProperty("a")',
    '.__defineGetter__("a", "b")',
    '.eval("x")',
    '.call("x")',
    '.push(1)',
  ];

  it.each(roots.flatMap((root) => paths.map((path) => `$!${root.slice(1)}${path}`)))('%s', (template) => {
    expect(attempt(template, BODY)).toBe('');
  });

  it.each([
    'process',
    'globalThis',
    'require',
    'module',
    'this',
    'eval',
    'Object',
    'constructor',
    '__proto__',
  ])('$%s', (name) => {
    expect(renderTemplate(`$!${name}$!${name}.exit(1)`, BODY)).toBe('');
  });

  it.each([
    '#set($o = {})#set($o.__proto__ = {"polluted": 1})',
    '#set($o = {})#set($o.__proto__.polluted = 1)',
    '#set($o = {})#set($o.constructor.prototype.polluted = 1)',
    '#set($o = {})$!o.put("__proto__", {"polluted": 1})',
    '#set($o = {})$!o.putAll($input.path("$"))',
    '#set($o = $input.path("$"))#set($o.__proto__.polluted2 = 1)',
    '#set($__proto__ = {"polluted": 1})',
    '#set($__proto__.polluted = 1)',
    '#set($o = [])#set($o.__proto__ = 1)',
    '#set($o = $input)#set($o.body = "x")#set($o.__proto__.polluted = 1)',
  ])('%s changes no prototype', (template) => {
    attempt(template, BODY);
    expect(
      ({} as Record<string, unknown>)['polluted'] ?? ({} as Record<string, unknown>)['polluted2'],
    ).toBeUndefined();
  });

  it('treats __proto__ as an ordinary key', () => {
    const put = '#set($o = {})$!o.put("__proto__", {"a": 1})$o $o.a';
    expect(renderTemplate(put)).toBe('{__proto__={a=1}} $o.a');
    expect(renderTemplate('$input.path("$").__proto__ $input.json("$.__proto__.polluted")', BODY)).toBe(
      '{polluted=1} 1',
    );
  });

  it('does not evaluate text from a message', () => {
    expect(
      renderTemplate(
        '$input.path("$.x") #set($y = "$input.path(\'$.x\')")$y',
        '{"x":"$context.apiId #if(1)"}',
      ),
    ).toBe('$context.apiId #if(1) $context.apiId #if(1)');
  });
});

describe('a template that does not end, or grows without end, fails', () => {
  it.each([
    '#foreach($a in [1..1000])#foreach($b in [1..1000])#foreach($c in [1..1000])#end#end#end',
    '#set($x = "aaaaaaaaaa")#foreach($i in [1..1000])#set($x = "$x$x")#end',
    '#set($x = "aaaaaaaaaa")#foreach($i in [1..1000])#set($x = $x + $x)#end$x',
    '#set($x = "aaaaaaaaaa")#foreach($i in [1..1000])#set($x = $x.concat($x))#end$x',
    '#set($x = "aaaaaaaaaa")#foreach($i in [1..1000])#set($x = $x.replaceAll("a", "aa"))#end$x',
    '#set($x = "aaaaaaaaaa")#foreach($i in [1..20])#set($x = $x.concat($x))#end',
    '#set($x = [1])#foreach($i in [1..1000])$x.addAll($x)#end',
    '#set($x = [1..1000000000])',
    '#set($x = "aaaaaaaaaa")#foreach($i in [1..20])#set($x = $x.replaceAll("a", $x))#end$x',
    '#set($x = {"k": 1})#foreach($i in [1..100])#set($x = {"a": $x, "b": $x})#end$x',
    '#set($x = [1])#foreach($i in [1..100])#set($x = [$x, $x])#end$util.urlEncode($x)',
    '#set($x = [1])#set($y = [1])#foreach($i in [1..100])#set($x = [$x, $x])#set($y = [$y, $y])#end#if($x == $y)#end',
    '#macro(m)#m()#end#m()',
    '#define($d)$d#end$d',
    '#set($x = {})$!x.put("x", $x)$x',
    '#set($x = [])$!x.add($x)$x',
  ])('%s', (template) => {
    expect(() => renderTemplate(template)).toThrow(TemplateError);
  });
});

describe('a template that takes too many steps, each within the other limits, fails', () => {
  const loop = (body: string) => `#foreach($i in [1..1000])#foreach($j in [1..100])${body}#end#end`;
  const long = '#set($x = "aaaaaaaaaa")#foreach($i in [1..16])#set($x = $x.concat($x))#end';
  const map = '#set($m = {})#foreach($i in [1..1000])$!m.put("k$i", $i)#end';

  it.each([
    ...[
      '#if($l.contains("zz"))#end',
      '#if($l.indexOf("zz"))#end',
      '$!l.add(0, 1)$!l.remove(0)',
      '$!l.add(0, "z")$!l.remove("z")',
      '#if($l == $k)#end',
      '#set($m = [1..90000])',
      '#set($m = $l.subList(0, 90000))',
    ].map((body) => `#set($l = [1..90000])#set($k = [1..90000])${loop(body)}`),
    ...[
      '#if($x.contains("b"))#end',
      '#if($x.indexOf("ab"))#end',
      '#if($x.matches("(a+)+b"))#end',
      '#set($y = $x.toUpperCase())',
      '#set($y = $x.replace("a", "b"))',
      '#set($y = $util.escapeJavaScript($x))',
      "#set($y = $util.parseJson('[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]'))",
    ].map((body) => `${long}${loop(body)}`),
    ...[
      '#if($m.size() == 1)#end',
      '#if($m.containsValue("zz"))#end',
      '#set($k = $m.keySet())',
      '#set($n = {})$!n.putAll($m)',
    ].map((body) => `${map}${loop(body)}`),
    loop('#set($x = 1)'.repeat(500)),
    `#set($n = ${'9'.repeat(600)})${loop('#set($m = $n * $n)')}`,
    'abcdefgh'
      .split('')
      .map((name, index) => `#macro(${name})${`#${'bcdefghi'[index]}(1)`.repeat(9)}#end`)
      .join('') + '#macro(i)#end#a(1)',
  ])('%#: %s', (template) => {
    expect(() => renderTemplate(template)).toThrow(`more than ${TEMPLATE_LIMITS.steps} steps`);
  });

  it('but a long result of many items does not', () => {
    const items = JSON.stringify(
      Array.from({ length: 1000 }, (_, index) => ({ id: index, text: 'x'.repeat(90) })),
    );
    const template =
      '#set($s = "")#foreach($x in $input.path("$"))#set($s = "$s#if($s != \'\'),#end$util.escapeJavaScript($x.text.replaceAll(\'x\', \'y\'))")#end$s';
    expect(renderTemplate(template, items)).toHaveLength(90_999);
  });

  it('and the next rendering may take as many steps again', () => {
    const template = `done#set($l = [1..90000])${'#if($l.contains("zz"))#end'.repeat(8)}`;
    for (let count = 0; count < 3; count += 1) expect(renderTemplate(template)).toBe('done');
  });
});

describe('a message', () => {
  const deep = '['.repeat(60_000) + ']'.repeat(60_000);
  const wide = `[${'1,'.repeat(60_000)}1]`;

  it.each(["$input.json('$')", "$input.path('$')", "$input.path('$').equals($input.path('$[0]'))"])(
    'that is nested too deeply for %s fails',
    (template) => {
      expect(() => renderTemplate(template, deep)).toThrow(TemplateError);
    },
  );

  it('with a long list can be read but not iterated', () => {
    expect(renderTemplate("$input.path('$').size()", wide)).toBe('60001');
    expect(() => renderTemplate("#foreach($x in $input.path('$'))#end", wide)).toThrow(TemplateError);
  });
});

it('renders any template, or fails with a TemplateError', () => {
  const piece = oneof(
    constantFrom(
      '$',
      '#',
      '$!',
      '{',
      '}',
      '(',
      ')',
      '[',
      ']',
      '.',
      ',',
      '"',
      "'",
      '\\',
      '\n',
      ' ',
      '=',
      '==',
      '+',
      '1',
      'x',
      '#if(',
      '#end',
      '#else',
      '#set(',
      '#foreach(',
      '$x',
      ' in ',
      '$input',
      '.path(',
      '$input.json("$")',
      '#macro(',
      '##',
      '#*',
      '*#',
      '#[[',
      ']]#',
      '__proto__',
      'constructor',
    ),
    string({ maxLength: 3 }),
  );
  assert(
    property(array(piece, { maxLength: 12 }), json(), (pieces, body) => {
      attempt(pieces.join(''), body);
    }),
    { numRuns: 2000, seed: 20_261_120 },
  );
});
