import { describe, expect, it } from 'vitest';
import { renderTemplate } from './render-template.js';

const render = (template: string) =>
  renderTemplate(
    `#set($s = 'a,b,,c,,')#set($t = ' Hello World ')#set($n = 7)#set($l = ['x', 'y'])#set($m = {'k': 'v', 'i': 1})${template}`,
  );

describe("Java's methods of text", () => {
  it.each([
    ['$s.length()', '8'],
    ['$s.isEmpty() $s.empty', 'false false'],
    ['$s.split(",")', '[a, b, , c]'],
    ['$s.split(",", 2)', '[a, b,,c,,]'],
    ['$s.split("").size()', '8'],
    ["$s.split('(,)').get(1)", 'b'],
    ['$s.replace(",", ".")', 'a.b..c..'],
    ["$s.replaceAll('[abc]', '<$0>')", '<a>,<b>,,<c>,,'],
    ["$t.replaceAll('(?i)(h)ello', '$1i')", ' Hi World '],
    [String.raw`$s.replaceAll(',', '\$')`, 'a$b$$c$$'],
    ["$s.replaceFirst(',', '')", 'ab,,c,,'],
    [String.raw`$s.replaceAll('\Q,\E', '')`, 'abc'],
    ["$t.matches('.*World.*') $t.matches('World')", 'true false'],
    ["$t.trim().matches('(?i)HELLO world')", 'true'],
    [String.raw`$t.replaceAll('\p{Upper}', '_').replaceAll('\p{L}', '.')`, ' _.... _.... '],
    [String.raw`$t.trim().replaceAll('\s', '')`, 'HelloWorld'],
    ['[$t.trim()]', '[Hello World]'],
    ['$t.toUpperCase().trim() $t.toLowerCase().trim()', 'HELLO WORLD hello world'],
    ['$s.substring(2) $s.substring(0, 3)', 'b,,c,, a,b'],
    ['$s.indexOf("b") $s.indexOf("a", 1) $s.lastIndexOf(",")', '2 -1 7'],
    ['$s.contains("b") $s.startsWith("a") $s.endsWith("a")', 'true true false'],
    ['$s.equals("x") $s.equalsIgnoreCase("A,B,,C,,") $n.equals("7")', 'false true false'],
    ['$s.charAt(2)', 'b'],
    ['$s.concat("!")', 'a,b,,c,,!'],
    ['"a".compareTo("b")', '"a".compareTo("b")'],
    ['$s.compareTo("b") $s.toString()', '-1 a,b,,c,,'],
  ])('%s gives %s', (template, text) => {
    expect(render(template)).toBe(text);
  });
});

describe("Java's methods of numbers", () => {
  it.each([
    ['$n.parseInt("42")', '42'],
    ['$n.parseDouble("4.5")', '4.5'],
    ['$n.toString().length()', '1'],
    ['$n.intValue() $n.compareTo(9)', '7 -1'],
  ])('%s gives %s', (template, text) => {
    expect(render(template)).toBe(text);
  });
});

describe("Java's methods of lists", () => {
  it.each([
    ['$l.size() $l.isEmpty() $l.empty', '2 false false'],
    ['$l.get(1) $l[0]', 'y x'],
    ['$l.add("z") $l', 'true [x, y, z]'],
    ['$!l.add(0, "w")$l', '[w, x, y]'],
    ['$l.addAll($l) $l', 'true [x, y, x, y]'],
    ['$l.contains("x") $l.contains("q") $l.indexOf("y")', 'true false 1'],
    ['$l.remove(0) $l $l.remove("y") $l', 'x [y] true []'],
    ['$l.remove("zzz") $l $l.remove(1.5) $l', 'false [x, y] false [x, y]'],
    ['$!l.add(2, "z")$l $l.subList(3, 3) $l.subList(0, 3)', '[x, y, z] [] [x, y, z]'],
    ['#set($l[-1] = "z")$l $l[-1] $l[-2]', '[x, z] z x'],
    ['$l.set(0, "q") $l', 'x [q, y]'],
    ['$l.subList(0, 1)', '[x]'],
    ['$!l.clear()$l', '[]'],
  ])('%s gives %s', (template, text) => {
    expect(render(template)).toBe(text);
  });
});

describe('an index outside a list', () => {
  it.each([
    '$l.get(2)',
    '$l.get(-1)',
    '$l.remove(2)',
    '$l.remove(-1)',
    '$l.set(2, "z")',
    '$l.set(-1, "z")',
    '$l.add(3, "z")',
    '$l.add(-1, "z")',
    '$l.subList(-1, 1)',
    '$l.subList(0, 3)',
    '$l.subList(2, 1)',
    '#set($l[2] = "z")',
    '#set($l[-3] = "z")',
  ])('%s fails', (template) => {
    expect(() => render(template)).toThrow('outside a list of 2 items');
  });
});

describe("Java's methods of maps", () => {
  it.each([
    ['$m.size() $m.isEmpty()', '2 false'],
    ['$m.get("k") $m.k $m["k"]', 'v v v'],
    ['$m.containsKey("k") $m.containsKey("q") $m.containsValue(1)', 'true false true'],
    ['$m.keySet() $m.values() $m.entrySet()', '[k, i] [v, 1] [k=v, i=1]'],
    ['$!m.put("n", 1)$m.n', '1'],
    ['$m.put("k", "w") $m.k', 'v w'],
    ['$!m.putAll({"a": 1})$m', '{k=v, i=1, a=1}'],
    ['$m.remove("k") $m', 'v {i=1}'],
    ['$m.getOrDefault("q", "else")', 'else'],
    ['$m.equals({"k": "v", "i": 1})', 'true'],
  ])('%s gives %s', (template, text) => {
    expect(render(template)).toBe(text);
  });
});
