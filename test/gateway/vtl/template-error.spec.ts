import { describe, expect, it } from 'vitest';
import { parseMappingTemplate } from '../../../src/gateway/vtl/render.js';
import { TemplateError } from '../../../src/gateway/vtl/template-error.js';
import { renderTemplate } from './render-template.js';

/** The position of the failure, as `line:column`. */
function failureOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return `${error.position.line}:${error.position.column}`;
  }
  throw new Error('it did not fail');
}

function messageOf(template: string): string {
  try {
    parseMappingTemplate('key', template);
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('a template with a syntax error', () => {
  it.each([
    ['#set($x = )', '1:11'],
    ['line\n  ${foo', '2:8'],
    ['a\n #if($x)\n  b', '2:2'],
    ['a\n#foreach($i in [1])\n#if($i)\n#end\n', '2:1'],
    ['x\n #end y', '2:2'],
    ['#if(true)#end\n#end', '2:1'],
    ['#if(true)\n#foreach($i in [1])#end\n#end #end\n#if(true)#end', '3:6'],
    ['#if(true)'.repeat(10_000), '1:1'],
    ['a\n#set($x = "b ${c")', '2:11'],
    ['#@tag()x#end', '1:1'],
    ['#set($x = 1', '1:12'],
    ['#set $x = 1', '1:6'],
    ['#set(\n$x == 1)', '2:5'],
    ['#if($x) #set($y = "a)', '1:22'],
    ['#if($x == )x#end', '1:11'],
    ['#if($x y)x#end', '1:8'],
    ['#foreach($x of [1])x#end', '1:13'],
    ['#foreach(x in [1])x#end', '1:10'],
    ['x #else y', '1:3'],
    ['#foreach($x in [1])#elseif($x)#end', '1:20'],
    ['#if($x)#else #elseif($y)#end', '1:14'],
    ['#macro()x#end', '1:8'],
    ['#foo(1,)', '1:8'],
    ['$x.get($i + 1)', '1:11'],
    ['$x.get(1', '1:9'],
    ['$x[1', '1:5'],
    ['${1}', '1:3'],
    ['#set($x = [1, 2)', '1:16'],
    ['#set($x = [1..2, 3])', '1:16'],
    ['#set($x = {a: 1})', '1:12'],
    ['#set($x = {"a" 1})', '1:16'],
    [`#set($x = ${'('.repeat(1000)}1${')'.repeat(1000)})`, '1:212'],
  ])('%j reports the position', (template, position) => {
    expect(failureOf(() => parseMappingTemplate('key', template))).toBe(position);
  });
});

describe('a template that fails', () => {
  it.each([
    ['{\n  "a": $util.parseJson("x")\n}', '2:8'],
    ['$input.json("$")', '1:1'],
    [' $input.path("$.a[?(@.b)]")', '1:2'],
    ['#set($s = "abc")\n#set($t = $s.substring(1, 9))', '2:1'],
    ['#set($s = "abc")\n#if($s.replaceAll("(", ""))#end', '2:1'],
    ['#set($s = "abc")$s.replaceAll("b(?i)c", "")', '1:17'],
    ['#set($s = "abc")$s.matches("a++")', '1:17'],
    ['#set($l = [1])\n $l.get(1)', '2:2'],
    ['#set($n = 0)$n.parseInt("x")', '1:13'],
    ['a\n#parse("file.vm")', '2:1'],
    ['#set($x = "in $util.parseJson(\'x\') text")', '1:11'],
    ['#foreach($i in [1..1001])#end', '1:1'],
    ['$util.urlDecode("%")', '1:1'],
  ])('%j reports the position', (template, position) => {
    expect(failureOf(() => renderTemplate(template, 'no JSON'))).toBe(position);
  });

  it('says what was expected and what was found', () => {
    expect(() => parseMappingTemplate('join', '#if($x = 1)y#end')).toThrow(
      "expected an operator or ')'; found '='",
    );
  });

  it('has its key and position in its message', () => {
    expect(() => parseMappingTemplate('join', 'a\n  #if(')).toThrow(/^template 'join', line 2, column \d+: /);
  });

  it('quotes text in double quotes once and shortened, however deep it is nested', () => {
    const levels = Array.from({ length: 100 });
    const nested = levels.reduce<string>(
      (text) => `${'x'.repeat(200)}$a.b("${text.replaceAll('"', String.raw`\"`)}")`,
      '#end',
    );
    expect(messageOf(nested)).toMatch(/: in "#end": this #end closes no block$/);
    expect(messageOf(`$a.b("#end ${'x'.repeat(30_000)}")`)).toMatch(
      /: in "#end x{95}…": this #end closes no block$/,
    );
  });

  it('has a reason of limited length', () => {
    expect(messageOf(`#@${'m'.repeat(30_000)}()`).length).toBeLessThan(600);
  });

  it('contains no part of the client’s message, because it is logged', () => {
    const template = "#set($n = 0)$n.parseInt($input.path('$.secret'))";
    expect(() => renderTemplate(template, '{"secret":"s3cret"}')).toThrow(/^((?!s3cret).)*$/);
  });
});
