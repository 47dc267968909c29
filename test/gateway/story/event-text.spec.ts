import { describe, expect, it } from 'vitest';
import { bodyLine, durationText, sizeText } from '../../../src/gateway/story/event-text.js';

describe('a body in one line', () => {
  it('shows control characters, which could command a terminal, as text', () => {
    expect(bodyLine({ bytes: 9, text: 'a\n\u001b[2J\u009b' })).toBe('a\\n\\u001b[2J\\u009b');
  });

  it('says what is not shown', () => {
    expect(bodyLine({ bytes: 4, text: 'abcd' }, 3)).toBe('abc… (4 bytes)');
    expect(bodyLine({ bytes: 40_000, text: 'abc', isCut: true })).toBe('abc… (39.1 KB)');
    expect(bodyLine({ bytes: 2, text: '//8=', isBase64: true })).toBe('(2 bytes that are not UTF-8)');
    expect(bodyLine({ bytes: 0, text: '' })).toBe('(empty)');
  });
});

it.each([
  [0.44, '0.4 ms'],
  [6.031, '6 ms'],
  [1_250, '1.25 s'],
  [600_000, '10 min'],
  [7_200_000, '2 h'],
])('prints %d ms as %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

it.each([
  [1, '1 byte'],
  [1_023, '1023 bytes'],
  [42_189, '41.2 KB'],
  [3 * 1024 * 1024, '3.0 MB'],
])('prints %d bytes as %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});
