import { expect, it } from 'vitest';
import { isLoopback } from '../../src/nest/loopback.js';

it.each([
  '127.0.0.1',
  '127.255.1.2',
  '[::1]',
  '::1',
  'localhost',
  'LOCALHOST',
  'api.localhost',
  'a.b.localhost',
])('treats %s as this machine', (host) => {
  expect(isLoopback(host)).toBe(true);
});

it.each(['gateway', '10.0.0.1', '128.0.0.1', 'localhost.example', 'mylocalhost', '127.example', '[::2]', ''])(
  'does not take %j for this machine',
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);
