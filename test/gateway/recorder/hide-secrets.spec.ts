import { expect, it } from 'vitest';
import { secretsHider } from '../../../src/gateway/recorder/hide-secrets.js';

it.each([
  [['abcdefgh', 'abcdefgh-and-more'], 'x abcdefgh-and-more y', 'x *** y'],
  [['abcdefghij', 'ghijklmnop'], 'x abcdefghijklmnop y', 'x *** y'],
  [['on', 'only'], `{"a":"only","b":"on"} 'on' on`, `{"a":"***","b":"***"} '***' on`],
  [['a"b'], String.raw`{"a":"a\"b"}`, '{"a":"***"}'],
  [['a secret/'], 'http://host/?a=a%20secret%2F', 'http://host/?a=***'],
  [[''], '{"a":""}', '{"a":""}'],
  [['on'], 'on', '***'],
  [[], 'x', 'x'],
])('hides %j in %s', (secrets, text, expected) => {
  expect(secretsHider(secrets)(text)).toBe(expected);
});

it('takes time that does not grow with the number of secrets', () => {
  const secrets = Array.from({ length: 20_000 }, (_, n) => `${n}-is-a-secret`);
  const text = 'nothing of a secret is in here. '.repeat(2 ** 15);
  // a megabyte: one pass for each secret would be half a minute
  expect(secretsHider(secrets)(text)).toBe(text);
});
