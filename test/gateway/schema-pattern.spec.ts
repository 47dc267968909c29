import { array, assert, constantFrom, property } from 'fast-check';
import { expect, it } from 'vitest';
import { SchemaPattern } from '../../src/gateway/linear-patterns.js';

it('matches as a regular expression with the flag u does', () => {
  const piece = constantFrom(
    ...[
      '.',
      '^',
      '$',
      'a',
      'é',
      '\u{1f600}',
      '\uff08',
      '[^a]',
      '[a-\\ud7ff]',
      '[a-\\uffff]',
      '[^\\u0000-\\uffff]',
    ],
    ...[
      '\\W',
      '\\S',
      '\\p{L}',
      '\\u{1f600}',
      '\\ud83d',
      '[\\u{1f600}-\\u{1f610}]',
      '(a|.)',
      '{2}',
      '?',
      '+',
      '\\b',
      '(?!a)',
    ],
  );
  const character = constantFrom(
    'a',
    'é',
    '\n',
    '\u{1f600}',
    '\u{10ffff}',
    '\ud83d',
    '\ude00',
    '\uff08',
    '\udfff',
  );
  assert(
    property(array(piece, { maxLength: 5 }), array(character, { maxLength: 5 }), (pieces, characters) => {
      const source = pieces.join('');
      let exact: RegExp;
      try {
        exact = new RegExp(source, 'u');
      } catch {
        expect(() => new SchemaPattern(source)).toThrow(SyntaxError);
        return;
      }
      const text = characters.join('');
      expect(new SchemaPattern(source).test(text)).toBe(exact.test(text));
    }),
    { numRuns: 20_000, seed: 20_261_128 },
  );
});
