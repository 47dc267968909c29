import { chmodSync } from 'node:fs';
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

  it('accepts a command, with variables before it', () => {
    expect(parseFunctionFlag('chat=STAGE=dev python3 "my app.py" --flag=1').source).toEqual({
      kind: 'command',
      command: { words: ['python3', 'my app.py', '--flag=1'], variables: { STAGE: 'dev' } },
    });
  });

  it('accepts a program without arguments', () => {
    using module = new FunctionModule('');
    const file = `${module.folder}/bootstrap`;
    module.write('', 'bootstrap');
    chmodSync(file, 0o755);
    expect(parseFunctionFlag(`chat=${file}`).source).toEqual({
      kind: 'command',
      command: { words: [file], variables: {} },
    });
  });

  it('says how to run a file that is not JavaScript', () => {
    using module = new FunctionModule('');
    module.write('', 'app.py');
    expect(() => parseFunctionFlag(`chat=${module.folder}/app.py`)).toThrow(
      /app\.py is not JavaScript.*--function chat="python3 -m awslambdaric app\.handler"/,
    );
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
    ['chat=python3 "app.py', 'a quote is not closed'],
    ['chat=http://', 'is not a URL'],
  ])('refuses %s', (value, reason) => {
    expect(() => parseFunctionFlag(value)).toThrow(FunctionSourceError);
    expect(() => parseFunctionFlag(value)).toThrow(reason);
  });
});
