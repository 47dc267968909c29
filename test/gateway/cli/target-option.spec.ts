import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../src/gateway/cli/options.js';
import { UsageError } from '../../../src/gateway/usage-error.js';

function targets(...values: readonly string[]) {
  return Object.fromEntries(readOptions({ target: values }, {}).targets);
}

const LISTENER = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/lb/1/2';

describe('--target', () => {
  it.each([
    [['lb=127.0.0.1'], { lb: ['127.0.0.1'] }],
    [[`${LISTENER}=[::1]:80`], { [LISTENER]: ['[::1]:80'] }],
    [['lb=a:1,b:2'], { lb: ['a:1', 'b:2'] }],
    [['books=a:1?stage=prod&x=%2C,b:2?stage=dev'], { books: ['a:1?stage=prod&x=%2C', 'b:2?stage=dev'] }],
    [['lb=a:1', 'other=c', 'lb=b:2'], { lb: ['a:1', 'b:2'], other: ['c'] }],
  ])('%j gives %j', (values, expected) => {
    expect(targets(...values)).toEqual(expected);
  });

  it.each(['lb', 'lb=', '=a', 'lb=a:1,', 'lb=http://a', 'lb=a b', 'lb=a:x', 'lb=a:70000', 'lb=a:1?'])(
    'refuses %j',
    (value) => {
      expect(() => targets(value)).toThrow(UsageError);
    },
  );
});
