import { expect, it } from 'vitest';
import { bodyOf, RECORDED_BODY_BYTES } from '../../../src/gateway/recorder/body.js';

it('has text and length in bytes', () => {
  expect(bodyOf('é')).toEqual({ bytes: 2, text: 'é' });
  expect(bodyOf(Buffer.from('é'))).toEqual({ bytes: 2, text: 'é' });
  expect(bodyOf('')).toEqual({ bytes: 0, text: '' });
});

it('is base64 when the bytes are not UTF-8', () => {
  expect(bodyOf(Buffer.from([0xff, 0x00]))).toEqual({ bytes: 2, text: '/wA=', isBase64: true });
});

it.each([
  ['text', (text: string) => text],
  ['bytes', (text: string) => Buffer.from(text)],
])('is cut after 16 KB, not within a character: %s', (_, form) => {
  const longest = 'a'.repeat(RECORDED_BODY_BYTES);
  expect(bodyOf(form(longest))).toEqual({ bytes: RECORDED_BODY_BYTES, text: longest });
  expect(bodyOf(form(`a${'é'.repeat(RECORDED_BODY_BYTES)}`))).toEqual({
    bytes: 2 * RECORDED_BODY_BYTES + 1,
    text: `a${'é'.repeat(RECORDED_BODY_BYTES / 2 - 1)}`,
    isCut: true,
  });
});

it('is cut after 16 KB of bytes that are not UTF-8', () => {
  const bytes = Buffer.alloc(RECORDED_BODY_BYTES + 1, 0xff);
  expect(bodyOf(bytes)).toEqual({
    bytes: RECORDED_BODY_BYTES + 1,
    text: bytes.subarray(1).toString('base64'),
    isBase64: true,
    isCut: true,
  });
});
