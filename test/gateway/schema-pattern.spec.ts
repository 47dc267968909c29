import { array, assert, constantFrom, property } from 'fast-check';
import { expect, it } from 'vitest';
import { SchemaPattern } from '../../src/gateway/linear-patterns.js';

it('matches as a regular expression with the flag u does', () => {
  const atoms = String.raw`. ^ $ a é \u{1f600} \ud83d \uff08 [^a] [a-\ud7ff] [a-\uffff] [^\u0000-\uffff] \W \S \p{L} [\u{1f600}-\u{1f610}] (a|.) \b (?!a)`;
  const repeated = (atom: string) =>
    /^(?:[$^]|\\b|\(\?)/.test(atom) ? [atom] : [atom, `${atom}{2}`, `${atom}?`, `${atom}+`];
  const piece = constantFrom('\u{1f600}', '\uff08', ...atoms.split(' ').flatMap(repeated));
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
      const [source, text] = [pieces.join(''), characters.join('')];
      expect(new SchemaPattern(source).test(text)).toBe(new RegExp(source, 'u').test(text));
    }),
    { numRuns: 20_000, seed: 20_261_128 },
  );
});

it.each([String.raw`^(.)\1$`, String.raw`^(?<c>.)\k<c>$`])(
  'compares characters with those of a group: %s',
  (source) => {
    expect(new SchemaPattern(source).test('\u{1f600}\u{1f600}')).toBe(true);
    expect(new SchemaPattern(source).test('\u{1f600}\u{1f601}')).toBe(false);
  },
);

it('has the errors of the flag u', () => {
  expect(() => new SchemaPattern(String.raw`\a`)).toThrow(SyntaxError);
});
