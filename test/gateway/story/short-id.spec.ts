import { expect, it } from 'vitest';
import { shortId } from '../../../src/gateway/story/short-id.js';

it('cuts ids, and nothing that is shorter than an id', () => {
  expect(shortId('F__Z3gkrMkS5p-yzFg==')).toBe('F__Z3g');
  expect(shortId('undefined')).toBe('undefined');
});
