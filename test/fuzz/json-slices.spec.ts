import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type JsonSlice, slicesOf } from '../../src/nest/json/json-slices.js';

/** Every run reads the same texts. FUZZ_SEED sets another seed. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_128);
const RUNS = 3_000;

/** A JSON text with its members or elements, each as text; undefined for a text that has none. */
interface Written {
  readonly text: string;
  readonly depth: number;
  readonly parts: readonly JsonSlice[] | undefined;
}

const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 2 });

/** Forms that serializing would not keep, and characters that end something elsewhere. */
const leaf = fc
  .oneof(
    fc.constantFrom('true', 'false', 'null', '-0', '1.0', '1e400', '-12.50E-07', '1234567890123456789'),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    text(),
  )
  .map((json): Written => ({ text: json, depth: 0, parts: undefined }));

const { document } = fc.letrec<{ document: Written }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 6, depthSize: 'medium' },
    leaf,
    fc.array(fc.tuple(space, tie('document'), space), { maxLength: 5 }).map((elements) =>
      container(
        '[]',
        elements.map(([before, value, after]) => ({ before, value, after })),
      ),
    ),
    fc.array(fc.tuple(space, text(), space, space, tie('document'), space), { maxLength: 5 }).map((members) =>
      container(
        '{}',
        members.map(([first, name, second, before, value, after]) => ({
          name,
          before: `${first}${name}${second}:${before}`,
          value,
          after,
        })),
      ),
    ),
  ),
}));

it('finds the same parts in a text as the one who has written them', () => {
  fc.assert(
    fc.property(space, document, space, (before, { text: json, parts }, after) => {
      fc.pre(parts !== undefined);
      const found = slicesOf(before + json + after);
      expect(found).toEqual(parts);
    }),
    { seed: SEED, numRuns: RUNS },
  );
});

it('cuts what JSON.parse accepts into what JSON.parse reads in the same way', () => {
  fc.assert(
    fc.property(document, ({ text: json, parts }) => {
      const whole = JSON.parse(json) as unknown;
      fc.pre(parts !== undefined);
      const values = slicesOf(json).map(
        ({ name, text: part }) => [name, JSON.parse(part) as unknown] as const,
      );
      // of members with one name, the last one counts
      const joined = Array.isArray(whole)
        ? values.map(([, value]) => value)
        : Object.fromEntries(values as (readonly [string, unknown])[]);
      expect(joined).toEqual(whole);
    }),
    { seed: SEED, numRuns: RUNS },
  );
});

/** A JSON string, with and without escapes. */
function text(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 3 }).map((plain) => JSON.stringify(plain).slice(1, -1)),
    fc
      .constantFrom('"', '\\', '\\\\', '{', '}', '[', ']', ',', ':', '__proto__')
      .map((plain) => JSON.stringify(plain).slice(1, -1)),
    fc.integer({ min: 0, max: 0xffff }).map((code) => `\\u${code.toString(16).padStart(4, '0')}`),
    fc.constantFrom('\\/', '\\n', '\\"', 'data'),
  );
  return fc.array(piece, { maxLength: 4 }).map((pieces) => `"${pieces.join('')}"`);
}

function container(
  brackets: string,
  parts: readonly { name?: string; before: string; value: Written; after: string }[],
): Written {
  const depth = 1 + Math.max(0, ...parts.map(({ value }) => value.depth));
  return {
    text:
      brackets[0] +
      parts.map(({ before, value, after }) => before + value.text + after).join(',') +
      brackets[1],
    depth,
    parts: parts.map(({ name, value }) => ({
      name: name === undefined ? undefined : (JSON.parse(name) as string),
      text: value.text as JsonSlice['text'],
      depth: value.depth,
    })),
  };
}
