import { expect, it } from 'vitest';
import { slicesOf } from '../../../src/nest/json/json-slices.js';

it('finds the members of an object, in their order, without the whitespace around them', () => {
  expect(slicesOf(' {\n"b" : 1.0 ,\t"a":{ "x" : [ ] },"":"}" }\r\n')).toEqual([
    { name: 'b', text: '1.0', depth: 0 },
    { name: 'a', text: '{ "x" : [ ] }', depth: 2 },
    { name: '', text: '"}"', depth: 0 },
  ]);
});

it('finds the elements of an array', () => {
  expect(slicesOf('[ -0, true ,null,"a\\"],b" ,[[1],{"a":[]}]]')).toEqual([
    { name: undefined, text: '-0', depth: 0 },
    { name: undefined, text: 'true', depth: 0 },
    { name: undefined, text: 'null', depth: 0 },
    { name: undefined, text: '"a\\"],b"', depth: 0 },
    { name: undefined, text: '[[1],{"a":[]}]', depth: 3 },
  ]);
});

it.each(['{}', '[]', ' { } ', '\n[\t]'])('finds nothing in %j', (text) => {
  expect(slicesOf(text)).toEqual([]);
});

it('reads the escapes of a name, and not those of a value', () => {
  expect(slicesOf(String.raw`{"d\u0061ta":"\u00e9","\"\\":"\\"}`)).toEqual([
    { name: 'data', text: String.raw`"\u00e9"`, depth: 0 },
    { name: '"\\', text: String.raw`"\\"`, depth: 0 },
  ]);
});

it('keeps a repeated name, and names of every object', () => {
  expect(slicesOf('{"a":1,"a":2,"__proto__":3}').map(({ name, text }) => [name, text])).toEqual([
    ['a', '1'],
    ['a', '2'],
    ['__proto__', '3'],
  ]);
});

it('measures any depth without recursion', () => {
  const [slice] = slicesOf(`[${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}]`);
  expect(slice?.depth).toBe(1_000_000);
});
