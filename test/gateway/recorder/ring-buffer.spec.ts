import { expect, it } from 'vitest';
import { RingBuffer } from '../../../src/gateway/recorder/ring-buffer.js';

const item = (name: string, bytes = 1) => ({ name, bytes });
const namesAfter = (ring: RingBuffer<ReturnType<typeof item>>, id: number) =>
  [...ring.after(id)].map(({ name }) => name);

it('gives ids that count up, and reads what follows an id', () => {
  const ring = new RingBuffer<ReturnType<typeof item>>(10);
  expect(ring.lastId).toBe(0);
  expect(['a', 'b', 'c'].map((name) => ring.push(item(name)))).toEqual([1, 2, 3]);
  expect(namesAfter(ring, 0)).toEqual(['a', 'b', 'c']);
  expect(namesAfter(ring, 2)).toEqual(['c']);
  expect(namesAfter(ring, 3)).toEqual([]);
});

it('evicts the oldest items when the bytes exceed the limit', () => {
  const ring = new RingBuffer<ReturnType<typeof item>>(10);
  ring.push(item('a', 4));
  ring.push(item('b', 4));
  expect([ring.bytes, ring.lastEvictedId]).toEqual([8, 0]);
  ring.push(item('c', 5));
  expect([ring.bytes, ring.lastEvictedId]).toEqual([9, 1]);
  expect(namesAfter(ring, 0)).toEqual(['b', 'c']);
  ring.push(item('d', 11));
  expect([ring.bytes, ring.lastEvictedId]).toEqual([0, 4]);
  expect(namesAfter(ring, 0)).toEqual([]);
});

it('keeps ids and order over many evictions', () => {
  const ring = new RingBuffer<ReturnType<typeof item>>(5);
  for (let n = 1; n <= 10_000; n += 1) expect(ring.push(item(String(n)))).toBe(n);
  expect(namesAfter(ring, 0)).toEqual(['9996', '9997', '9998', '9999', '10000']);
  expect(namesAfter(ring, 9_998)).toEqual(['9999', '10000']);
});

it('is empty after clear, and counts on', () => {
  const ring = new RingBuffer<ReturnType<typeof item>>(1);
  ring.push(item('a'));
  ring.push(item('b'));
  ring.clear();
  expect([ring.bytes, ring.lastId, ring.lastEvictedId]).toEqual([0, 2, 0]);
  expect(namesAfter(ring, 0)).toEqual([]);
  expect(ring.push(item('c'))).toBe(3);
  expect(namesAfter(ring, 0)).toEqual(['c']);
});

it('leaves out what is evicted while it is read', () => {
  const ring = new RingBuffer<ReturnType<typeof item>>(2);
  ring.push(item('a'));
  ring.push(item('b'));
  const reader = ring.after(0);
  expect(reader.next().value?.name).toBe('a');
  ring.push(item('c'));
  ring.push(item('d'));
  expect([...reader].map(({ name }) => name)).toEqual(['c', 'd']);
});
