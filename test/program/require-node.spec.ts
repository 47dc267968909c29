import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENGINES } from '../../scripts/engines.ts';
import { OLDEST_NODE as OLDEST_OF_GATEWAY } from '../../src/gateway/program/require-node.js';
import { OLDEST_NODE } from '../../src/program/require-node.js';
import { SpawnedProgram } from '../support/spawned-program.js';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Where the programs begin, with the name that each has in its messages, its oldest Node.js, and versions below. */
const PROGRAMS = [
  ['gateway/main', 'gateway', OLDEST_OF_GATEWAY, ['20.20.2', '22.18.9']],
  ['service/main', 'service', OLDEST_NODE, ['20.20.2', '24.14.9']],
  ['local/start', 'start', OLDEST_NODE, ['20.20.2', '24.14.9']],
  ['local/deploy', 'deploy', OLDEST_NODE, ['20.20.2', '24.14.9']],
  ['cdk/app', 'synth', OLDEST_NODE, ['20.20.2', '24.14.9']],
] as const;

/** Makes a process say that it is another version, before the program's first line. */
const pretend = (version: string) =>
  `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'${version}'})`;

const run = (program: string, version: string, ...args: string[]) =>
  SpawnedProgram.command([
    process.execPath,
    '--import',
    pretend(version),
    join(ROOT, `dist/${program}.js`),
    ...args,
  ]);

describe.each(PROGRAMS)('%s', (program, name, oldest, older) => {
  it.each(older)('on Node.js %s ends with a line that says what it needs', async (version) => {
    const ended = run(program, version);
    expect(await ended.exit).toBe(1);
    expect(ended.stdout).toEqual([]);
    expect(ended.stderr).toEqual([
      expect.stringMatching(
        new RegExp(`^${name}: needs Node\\.js ${oldest} or later, but this is Node\\.js ${version} `),
      ),
    ]);
  });

  it('imports nothing but the checks before it has checked', () => {
    const imports = [...read(`src/${program}.ts`).matchAll(/^import .* from '(.+)';$/gm)].map(
      ([, from]) => from,
    );
    expect(imports.filter((from) => !/\/program\/[\w-]+\.js$/.test(from ?? ''))).toEqual([]);
  });
});

it.each(['22.19.0', '24.15.0', '26.0.0'])('Node.js %s is accepted by the gateway', async (version) => {
  const ended = run('gateway/main', version, '--help');
  expect(await ended.exit).toBe(0);
});

it('the versions are those that the package.json files ask for', () => {
  const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
  expect(engines.node).toMatch(new RegExp(`^>=${OLDEST_NODE.replace('.', '\\.')}( |$)`));
  expect(ENGINES.node).toBe(`>=${OLDEST_OF_GATEWAY}`);
});

/** The gateway imports nothing of ours, so it has a copy. */
it('ending with npm is the same in the gateway', () => {
  expect(read('src/gateway/program/end-with-npm.ts')).toBe(read('src/program/end-with-npm.ts'));
});
