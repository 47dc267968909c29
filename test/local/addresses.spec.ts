import { expect, it } from 'vitest';
import { connectableUrl } from '../../src/local/addresses.js';

it.each([
  ['http://0.0.0.0:8080', 'http://127.0.0.1:8080'],
  ['http://[::]:8080', 'http://[::1]:8080'],
  ['http://[::1]:8080', 'http://[::1]:8080'],
  ['http://localhost:8080', 'http://localhost:8080'],
  ['http://192.168.1.7:8080', 'http://192.168.1.7:8080'],
])('reaches a program that listens on %s at %s', (listening, url) => {
  expect(connectableUrl(listening)).toBe(url);
});
