import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Consumer, tarball } from './consumer.js';

const EXAMPLES = join(import.meta.dirname, '../../examples');

/** Debian's Python has the packages of the example; another one in the PATH need not have them. */
const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

/** How each example is tested, as its README says. */
const COMMANDS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  'node-test': ['npm', 'test'],
  'python-backend': [PYTHON, '-m', 'pytest', '-q', '-p', 'no:cacheprovider'],
  vitest: ['npm', 'test'],
};

let consumer: Consumer | undefined;
afterEach(() => consumer?.[Symbol.dispose]());

describe('examples/', () => {
  it.each(readdirSync(EXAMPLES))('%s passes its own tests with the packed gateway', async (name) => {
    consumer = new Consumer();
    cpSync(join(EXAMPLES, name), consumer.folder, { recursive: true });
    await consumer.run('npm', [
      'install',
      '--no-audit',
      '--no-fund',
      '--silent',
      tarball('backchannel-gateway'),
    ]);
    const [command, ...args] = COMMANDS[name] ?? [];
    await expect(consumer.run(command ?? name, args)).resolves.toMatch(/pass/);
  });
});
