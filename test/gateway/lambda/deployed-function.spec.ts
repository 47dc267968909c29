import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FunctionSource } from '../../../src/gateway/lambda/function-source.js';
import { Functions } from '../../../src/gateway/lambda/functions.js';
import { FunctionModule } from '../../support/function-module.js';
import { LogLines } from '../../support/log-lines.js';

/** A project of ES modules; the deployment package is its folder `asset`. */
let project: FunctionModule;
beforeEach(() => {
  project = new FunctionModule('');
  mkdirSync(join(project.folder, 'asset'));
  project.write('{"type":"module"}', 'package.json');
});
afterEach(() => project[Symbol.dispose]());

function open(file = 'index.js', log = pino({ level: 'silent' })) {
  const root = join(project.folder, 'asset');
  const source: FunctionSource = {
    kind: 'module',
    file: join(root, file),
    exportName: 'handler',
    deployed: { root, environment: { TABLE_NAME: 'books' } },
  };
  const functions = new Functions(new Map([['chat', source]]), log);
  return Object.assign(functions, {
    call: async () => JSON.parse((await functions.invoke('chat', '{}', 5_000)).payload) as unknown,
    [Symbol.asyncDispose]: async () => functions.close(),
  });
}

describe('a function from a deployment package', () => {
  it('is CommonJS, although the project above it consists of ES modules, and has its variables', async () => {
    project.write('exports.name = () => process.env.TABLE_NAME;', 'asset/name.js');
    project.write("exports.handler = async () => require('./name.js').name();", 'asset/index.js');
    await using functions = open();
    expect(await functions.call()).toBe('books');
    expect(process.env.TABLE_NAME).toBeUndefined();
  });

  it('is an ES module if its syntax, or a package.json in the package, says so', async () => {
    project.write('export const handler = async () => import.meta.filename.slice(-8);', 'asset/index.js');
    await using bySyntax = open();
    expect(await bySyntax.call()).toBe('index.js');
    project.write('{"type":"module"}', 'asset/package.json');
    await using byPackage = open();
    expect(await byPackage.call()).toBe('index.js');
  });

  it('is loaded again after a change of a file that it requires', async () => {
    project.write('exports.version = 1;', 'asset/version.js');
    project.write("exports.handler = async () => require('./version.js').version;", 'asset/index.js');
    await using functions = open();
    expect(await functions.call()).toBe(1);
    project.write('exports.version = 20;', 'asset/version.js');
    expect(await functions.call()).toBe(20);
  });

  it('that cannot be loaded is named in a warning, and fails when it is called', async () => {
    project.write("require('missing-package');", 'asset/index.js');
    const lines = new LogLines();
    await using functions = open('index.js', lines.log);
    await functions.load();
    expect(await lines.next('function of a template cannot be loaded')).toMatchObject({
      functionName: 'chat',
      reason: expect.stringContaining('missing-package') as string,
    });
    expect(await functions.call()).toMatchObject({
      errorMessage: expect.stringContaining('missing-package') as string,
    });
  });
});
