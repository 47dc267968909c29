import { describe, expect, it } from 'vitest';
import { FunctionSourceError, parseFunctionFlag } from '../../../src/gateway/lambda/function-source.js';
import { FunctionModule } from '../../support/function-module.js';

describe('--function', () => {
  it('accepts a module, with the default export name handler', () => {
    using module = new FunctionModule('');
    expect(parseFunctionFlag(`chat=${module.file}`)).toEqual({
      name: 'chat',
      source: { kind: 'module', file: module.file, exportName: 'handler' },
    });
  });

  it('accepts another export', () => {
    using module = new FunctionModule('');
    expect(parseFunctionFlag(`chat=${module.file}#onConnect`).source).toMatchObject({
      exportName: 'onConnect',
    });
  });

  it('accepts a URL', () => {
    expect(parseFunctionFlag('chat=http://127.0.0.1:9001/?a=b')).toEqual({
      name: 'chat',
      source: { kind: 'endpoint', url: new URL('http://127.0.0.1:9001/?a=b') },
    });
  });

  it.each(['chat', 'chat:prod', 'arn:aws:lambda:us-east-1:123456789012:function:chat'])(
    'accepts the name %s',
    (name) => {
      expect(parseFunctionFlag(`${name}=http://h`).name).toBe(name);
    },
  );

  it.each([
    ['chat', 'it must be NAME=FILE'],
    ['=x.mjs', 'it must be NAME=FILE'],
    ['chat=', 'it must be NAME=FILE'],
    ['a chat=x.mjs', 'it must be NAME=FILE'],
    ['chat=nowhere/x.mjs', 'does not exist'],
    ['chat=.', 'is not a file'],
    ['chat=http://', 'is not a URL'],
  ])('refuses %s', (value, reason) => {
    expect(() => parseFunctionFlag(value)).toThrow(FunctionSourceError);
    expect(() => parseFunctionFlag(value)).toThrow(reason);
  });
});
