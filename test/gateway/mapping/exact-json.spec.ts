import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExactNumber, exactNumber, parseExactJson } from '../../../src/gateway/mapping/exact-json.js';

const written = (text: string) => JSON.stringify(parseExactJson(text));

describe('parseExactJson', () => {
  it.each([
    '1234567890123456789',
    '-1234567890123456789',
    '1e400',
    '-1E+400',
    '1.0',
    '0.10',
    '-0',
    '-0.0',
    '1e2',
    '123456789012345678901234567890.123456789012345678901234567890',
    '[1.0,[{"a":1e400,"b":[-0]}],5,0.5]',
    '{"__proto__":1.0,"":{"constructor":2.0},"a\\"}":"\\\\"}',
  ])('keeps the numbers of %s', (text) => {
    expect(written(text)).toBe(text);
  });

  it('has the numbers of JavaScript where these are the same', () => {
    expect(parseExactJson('[1.5,1.0,42,9007199254740993]')).toEqual([
      1.5,
      new ExactNumber('1.0'),
      42,
      new ExactNumber('9007199254740993'),
    ]);
  });

  it.each(['', '1.', '1.0 x', '[1.0', '{"a":1.0,}', '01.0', '+1.0', "['1.0']"])('refuses %j', (text) => {
    expect(() => parseExactJson(text)).toThrow(SyntaxError);
  });

  it('reads 60,000 levels', () => {
    let value = parseExactJson(`${'['.repeat(60_000)}1.0${']'.repeat(60_000)}`);
    let levels = 0;
    for (; Array.isArray(value); [value] = value as unknown[]) levels += 1;
    expect([levels, String(value)]).toEqual([60_000, '1.0']);
  });

  it('reads the same as JSON.parse, and keeps every number', () => {
    const blank = fc.constantFrom('', ' ', '\n', '\t\r\n ');
    const number = fc
      .tuple(
        fc.constantFrom('', '-'),
        fc.bigInt({ min: 0n, max: 10n ** 30n }),
        fc.constantFrom('', '.0', '.50', 'e3', 'E-7', '.1e+20'),
      )
      .map((parts) => parts.join(''));
    const { json } = fc.letrec<{ json: string }>((tie) => ({
      json: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        number,
        fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
        fc.constantFrom('true', 'false', 'null', '[]', '{}'),
        fc
          .array(fc.tuple(blank, tie('json')).map((parts) => parts.join('')))
          .map((items) => `[${items.join(',')}]`),
        fc
          .uniqueArray(fc.string({ unit: 'binary' }).map((key) => `k${key}`))
          .chain((keys) =>
            fc.tuple(
              ...keys.map((key) =>
                fc
                  .tuple(blank, tie('json'))
                  .map(([space, value]) => `${space}${JSON.stringify(key)}${space}:${space}${value}`),
              ),
            ),
          )
          .map((members) => `{${members.join(',')}}`),
      ),
    }));
    fc.assert(
      fc.property(json, (item) => {
        const text = `[1.0,${item}]`;
        expect(JSON.parse(written(text))).toEqual(JSON.parse(text));
        const numbers = (source: string) =>
          source.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').match(/[-\d.eE+]*\d[-\d.eE+]*/g);
        expect(numbers(written(text))).toEqual(numbers(text));
      }),
      { numRuns: 500 },
    );
  });
});

it('exactNumber is a number if JavaScript writes it the same', () => {
  expect(exactNumber('1e21')).toBeInstanceOf(ExactNumber);
  expect(exactNumber('1e+21')).toBe(1e21);
});
