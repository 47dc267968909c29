import { expect, it } from 'vitest';
import { readRecord } from '../../../src/gateway/recorder/record-size.js';
import { UsageError } from '../../../src/gateway/usage-error.js';

it.each([
  [undefined, undefined],
  ['off', 'off'],
  ['1mb', 1_048_576],
  ['32MB', 33_554_432],
  ['4096mb', 4_294_967_296],
])('reads %s', (text, expected) => {
  expect(readRecord(text)).toBe(expected);
});

it.each(['', 'on', '32', '0mb', '4097mb', '32kb', '-1mb'])('refuses %j', (text) => {
  expect(() => readRecord(text)).toThrow(UsageError);
  expect(() => readRecord(text)).toThrow(/--record \(GATEWAY_RECORD\) is '.*': it must be off, or a size/);
});
