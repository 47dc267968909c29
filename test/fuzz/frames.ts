import * as fc from 'fast-check';

/** Bytes with which a client follows a handshake: frames as they should be, as they should not be, and noise. */
export const clientBytes = (): fc.Arbitrary<Buffer> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.array(frame(), { minLength: 1, maxLength: 4 }).map((all) => Buffer.concat(all)),
    },
    { weight: 3, arbitrary: mutated(frame()) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  );

/** A frame; most are well-formed, and any part of its head may be wrong. */
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
      /** How far the head's length is from the payload's. */
      lie: fc.oneof(
        { weight: 12, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: -3, max: 70_000 }) },
      ),
    })
    .map(({ payload: body, opcode, fin, rsv, isMasked, lie }) => {
      const length = Math.max(0, body.length + lie);
      const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
      head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
      head[1] = (isMasked ? 0x80 : 0) | (length < 126 ? length : length < 65_536 ? 126 : 127);
      if (head.length === 4) head.writeUInt16BE(length, 2);
      if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
      // a mask of zeros leaves the payload as it is
      return Buffer.concat([head, isMasked ? Buffer.alloc(4) : Buffer.alloc(0), body]);
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

/** JSON that the API's routes look into, with what has brought down other programs. */
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

/** The same bytes with some of them changed, left out, doubled, or cut off. */
export function mutated(bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const change = fc.record({
    at: fc.nat(),
    to: fc.integer({ min: 0, max: 255 }),
    kind: fc.constantFrom('set', 'delete', 'double', 'cut'),
  });
  return fc.tuple(bytes, fc.array(change, { minLength: 1, maxLength: 4 })).map(([original, changes]) => {
    let now = original;
    for (const { at, to, kind } of changes) {
      const index = now.length === 0 ? 0 : at % now.length;
      const [before, after] = [now.subarray(0, index), now.subarray(index)];
      switch (kind) {
        case 'set':
          now = Buffer.concat([before, Buffer.of(to), after.subarray(1)]);
          break;
        case 'delete':
          now = Buffer.concat([before, after.subarray(1)]);
          break;
        case 'double':
          now = Buffer.concat([before, after.subarray(0, 1), after]);
          break;
        default:
          now = before;
      }
    }
    return now;
  });
}

const mostly = (value: boolean) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: fc.constant(!value) });
