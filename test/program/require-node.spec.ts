import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OLDEST_NODE } from '../../src/program/require-node.js';
import { SpawnedProgram } from '../support/spawned-program.js';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Where the programs begin, with the name that each has in its messages. */
const PROGRAMS = [
  ['gateway/main', 'gateway'],
  ['service/main', 'service'],
  ['local/start', 'start'],
  ['local/deploy', 'deploy'],
  ['cdk/app', 'synth'],
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

describe.each(PROGRAMS)('%s', (program, name) => {
  it.each(['20.20.2', '24.14.9'])(
    'on Node.js %s ends with a line that says what it needs',
    async (version) => {
      const ended = run(program, version);
      expect(await ended.exit).toBe(1);
      expect(ended.stdout).toEqual([]);
      expect(ended.stderr).toEqual([
        expect.stringMatching(
          new RegExp(`^${name}: needs Node\\.js ${OLDEST_NODE} or later, but this is Node\\.js ${version} `),
        ),
      ]);
    },
  );

  it('imports nothing but the checks before it has checked', () => {
    const imports = [...read(`src/${program}.ts`).matchAll(/^import .* from '(.+)';$/gm)].map(
      ([, from]) => from,
    );
    expect(imports.filter((from) => !/\/program\/[\w-]+\.js$/.test(from ?? ''))).toEqual([]);
  });
});

it.each(['24.15.0', '24.99.0', '26.0.0'])('Node.js %s is accepted', async (version) => {
  const ended = run('gateway/main', version, '--help');
  expect(await ended.exit).toBe(0);
});

it('the version is the one that package.json asks for', () => {
  const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
  expect(engines.node).toMatch(new RegExp(`^>=${OLDEST_NODE.replace('.', '\\.')}( |$)`));
});

/** The gateway imports nothing of ours, so it has copies. */
it.each(globSync('*.ts', { cwd: join(ROOT, 'src/program') }))('%s is the same in the gateway', (file) => {
  expect(read(`src/gateway/program/${file}`)).toBe(read(`src/program/${file}`));
});
