import * as fc from 'fast-check';

/** Bytes that a client sends after the handshake: valid frames, invalid frames, and noise. */
export const clientBytes = (): fc.Arbitrary<Buffer> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.array(frame(), { minLength: 1, maxLength: 4 }).map((all) => Buffer.concat(all)),
    },
    { weight: 3, arbitrary: mutated(frame()) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  );

/** A frame. Most are valid, but any part of the header may be wrong. */
function frame(): fc.Arbitrary<Buffer> {
  return fc
    .record({
      payload: payload(),
      opcode: fc.oneof(
        { weight: 6, arbitrary: fc.constant(1) },
        { weight: 2, arbitrary: fc.constantFrom(0, 2, 8, 9, 10) },
        { weight: 1, arbitrary: fc.integer({ min: 3, max: 15 }) },
      ),
      fin: mostly(true),
      rsv: fc.oneof(
        { weight: 12, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 7 }) },
      ),
      isMasked: mostly(true),
      /** Difference between the length in the header and that of the payload. */
      lengthError: fc.oneof(
        { weight: 12, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: -3, max: 70_000 }) },
      ),
    })
    .map(({ payload: body, opcode, fin, rsv, isMasked, lengthError }) => {
      const length = Math.max(0, body.length + lengthError);
      const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
      header[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
      header[1] = (isMasked ? 0x80 : 0) | (length < 126 ? length : length < 65_536 ? 126 : 127);
      if (header.length === 4) header.writeUInt16BE(length, 2);
      if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
      // a mask of zeros leaves the payload unmodified
      return Buffer.concat([header, isMasked ? Buffer.alloc(4) : Buffer.alloc(0), body]);
    });
}

function payload(): fc.Arbitrary<Buffer> {
  return fc.oneof(
    { weight: 5, arbitrary: message().map((text) => Buffer.from(text)) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 50 }).map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 130 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 140_000 }).map((length) => Buffer.alloc(length, 'x')) },
  );
}

/** JSON with the fields that the API's routes evaluate, and with values that crash other programs. */
function message(): fc.Arbitrary<string> {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(
      '__proto__',
      'constructor',
      '$default',
      '$connect',
      'x\r\nA: b',
      '\ud800',
      '\u0000',
      '../..',
    ),
    fc.string({ unit: 'binary' }),
  );
  return fc.oneof(
    fc
      .record({
        action: fc.oneof(
          fc.constantFrom('join', 'leave', 'render', '$connect', '$disconnect', '$default', '__proto__'),
          value,
        ),
        channel: value,
        user: fc.oneof(value, fc.dictionary(fc.constantFrom('name', '__proto__', 'length'), value)),
      })
      .map((object) => JSON.stringify(object)),
    fc.json(),
    fc.integer({ min: 1, max: 30_000 }).map((depth) => `{"action":${'['.repeat(depth)}${']'.repeat(depth)}}`),
    fc.constantFrom(
      '',
      'null',
      '[]',
      '{"__proto__":{"action":"join"}}',
      '{"action":"join","action":"leave"}',
    ),
  );
}

/** The same bytes, with some of them changed, deleted, doubled, or cut off. */
export function mutated(bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const change = fc.record({
    at: fc.nat(),
    to: fc.integer({ min: 0, max: 255 }),
    kind: fc.constantFrom('set', 'delete', 'double', 'cut'),
  });
  return fc.tuple(bytes, fc.array(change, { minLength: 1, maxLength: 4 })).map(([original, changes]) => {
    let result = original;
    for (const { at, to, kind } of changes) {
      const index = result.length === 0 ? 0 : at % result.length;
      const [before, after] = [result.subarray(0, index), result.subarray(index)];
      switch (kind) {
        case 'set':
          result = Buffer.concat([before, Buffer.of(to), after.subarray(1)]);
          break;
        case 'delete':
          result = Buffer.concat([before, after.subarray(1)]);
          break;
        case 'double':
          result = Buffer.concat([before, after.subarray(0, 1), after]);
          break;
        default:
          result = before;
      }
    }
    return result;
  });
}

const mostly = (value: boolean) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: fc.constant(!value) });
