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

describe('a template with a syntax error', () => {
  it.each([
    ['#set($x = )', '1:10'],
    ['line\n  ${foo', '2:8'],
    ['a\n #if($x)\n  b', '2:2'],
    ['a\n#foreach($i in [1])\n#if($i)\n#end\n', '2:1'],
    ['x\n #end y', '2:2'],
    ['#if(true)#end\n#end', '2:1'],
    ['#if(true)\n#foreach($i in [1])#end\n#end #end\n#if(true)#end', '3:6'],
    ['#if(true)'.repeat(10_000), '1:1'],
    ['#{if}(true)x#{end}', '1:1'],
    ['a\n#set($x = "b ${c")', '2:1'],
    ['#@tag()x#end', '1:1'],
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
    ['#set($x = "in $util.parseJson(\'x\') text")', '1:1'],
    ['#foreach($i in [1..1001])#end', '1:1'],
    ['$util.urlDecode("%")', '1:1'],
  ])('%j reports the position', (template, position) => {
    expect(failureOf(() => renderTemplate(template, 'no JSON'))).toBe(position);
  });

  it('has its key and position in its message', () => {
    expect(() => parseMappingTemplate('join', 'a\n  #if(')).toThrow(/^template 'join', line 2, column \d+: /);
  });

  it('contains no part of the client’s message, because it is logged', () => {
    const template = "#set($n = 0)$n.parseInt($input.path('$.secret'))";
    expect(() => renderTemplate(template, '{"secret":"s3cret"}')).toThrow(/^((?!s3cret).)*$/);
  });
});
