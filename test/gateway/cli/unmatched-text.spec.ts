import { expect, it } from 'vitest';
import { unmatchedText } from '../../../src/gateway/cli/unmatched-text.js';

it('names the nearest name and those that there are', () => {
  const text = unmatchedText(
    { setting: 'targets', name: 'Lisener', known: ['Listener', 'lb'] },
    '--target Lisener',
  );
  expect(text).toBe(
    '--target Lisener matches no load balancer, listener, or Cloud Map service or instance: did you mean Listener? (known: Listener, lb)',
  );
});

it.each([
  [[], 'there is none'],
  [['first', 'second'], 'known: first, second'],
  [Array.from({ length: 22 }, (_, index) => `function${index}`), 'function19, and 2 more'],
])('names those that there are: %j', (known, expected) => {
  expect(unmatchedText({ setting: 'functions', name: 'x', known }, 'functions.x')).toContain(expected);
});
