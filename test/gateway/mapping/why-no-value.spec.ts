import { expect, it } from 'vitest';
import { whyNoValue } from '../../../src/gateway/mapping/why-no-value.js';

it.each([
  ['connectionID', 'there is no context.connectionID; did you mean context.connectionId?'],
  ['identity.sourceIP', 'there is no context.identity.sourceIP; did you mean context.identity.sourceIp?'],
  ['messageId', 'a CONNECT has no context.messageId'],
  ['authorizer.tenant', 'a CONNECT has no context.authorizer.tenant'],
])('explains the missing variable %s', (name, expected) => {
  expect(whyNoValue({ kind: 'context', name }, { eventType: 'CONNECT' }, undefined)).toBe(expected);
});
