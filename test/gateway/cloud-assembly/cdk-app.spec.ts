import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filesOfApp, loadApp, missingText } from '../../../src/gateway/cloud-assembly/cdk-app.js';
import { API, AssemblyFolder, stackArtifact } from './assembly-folder.js';

/** An app without the library: it writes an assembly, and what it was given. */
const APP = `
const { cpSync, writeFileSync } = require('node:fs');
const { CDK_OUTDIR, CDK_CONTEXT_JSON, CONTEXT_OVERFLOW_LOCATION_ENV: file, CDK_DEFAULT_REGION, CDK_DEFAULT_ACCOUNT } = process.env;
const context = file ? JSON.parse(require('node:fs').readFileSync(file, 'utf8')) : JSON.parse(CDK_CONTEXT_JSON);
writeFileSync('given.json', JSON.stringify({ CDK_OUTDIR, context, CDK_DEFAULT_REGION, CDK_DEFAULT_ACCOUNT }));
cpSync('prepared', CDK_OUTDIR, { recursive: true });
`;

const OPTIONS = { region: 'eu-west-1', accountId: '000000000000' };

let folder: AssemblyFolder;
beforeEach(() => {
  folder = new AssemblyFolder();
  folder.write('prepared/manifest.json', {
    artifacts: { Chat: stackArtifact('Chat.template.json') },
    missing: [{ key: 'hosted-zone:account=1', provider: 'hosted-zone', props: {} }],
  });
  folder.write('prepared/Chat.template.json', { Resources: API });
  folder.write('app.js', APP);
});
afterEach(() => folder[Symbol.dispose]());

const load = async () => loadApp(folder.path, [], OPTIONS);
const given = () =>
  JSON.parse(readFileSync(join(folder.path, 'given.json'), 'utf8')) as Record<string, unknown>;

describe('a CDK app', () => {
  it('runs by the command of cdk.json, with its context and in its folder', async () => {
    folder.write('cdk.json', { app: 'node app.js', output: 'out', context: { a: 'cdk.json', b: 1 } });
    folder.write('cdk.context.json', { a: 'cdk.context.json', c: { looked: 'up' } });
    const { templates, missing } = await load();
    expect(templates.map(({ text }) => text)).toEqual([JSON.stringify({ Resources: API })]);
    expect(given()).toMatchObject({
      CDK_OUTDIR: 'out',
      CDK_DEFAULT_REGION: 'eu-west-1',
      CDK_DEFAULT_ACCOUNT: '000000000000',
      context: { a: 'cdk.json', b: 1, c: { looked: 'up' }, 'aws:cdk:enable-asset-metadata': true },
    });
    expect(missingText(missing, '000000000000').join()).toMatch(
      /looks up hosted-zone:account=1 .*: run cdk synth/,
    );
    expect(missingText(missing, '1').join()).toMatch(/: set CDK_DEFAULT_ACCOUNT .* and run cdk synth/);
  });

  it('may be a JavaScript file, and have a command that runs before', async () => {
    folder.write('cdk.json', { app: 'app.js', build: `node -e "fs.writeFileSync('built', '')"` });
    await load();
    expect(readFileSync(join(folder.path, 'built'), 'utf8')).toBe('');
  });

  it('gets a context that is too long for a variable in a file', async () => {
    folder.write('cdk.json', { app: 'node app.js', context: { long: 'x'.repeat(200_000) } });
    await load();
    expect(given()).toMatchObject({ context: { long: 'x'.repeat(200_000) } });
  });

  it.each([
    ['node fails.js', /'node fails\.js' has ended with exit code 3 in .*; its output above says why/],
    ['node -e 0', /'node -e 0' has ended without an error, and written no cloud assembly to .*cdk\.out/],
  ])('is refused when it is %s', async (app, reason) => {
    folder.write('fails.js', 'process.exit(3)');
    folder.write('cdk.json', { app });
    await expect(load()).rejects.toThrow(reason);
  });

  it('is refused when it leaves the assembly of an earlier run as it was', async () => {
    folder.write('cdk.json', { app: 'node app.js' });
    await load();
    folder.write('cdk.json', { app: 'node -e 0' });
    await expect(load()).rejects.toThrow(/written no cloud assembly/);
  });

  it('is refused when the folder is neither an app nor an assembly', async () => {
    await expect(load()).rejects.toThrow(/has neither a manifest\.json, .* nor a cdk\.json with an app/);
  });

  it('ends with the signal', async () => {
    folder.write('cdk.json', { app: 'node -e "setInterval(() => {}, 1000)"' });
    const ending = new AbortController();
    const loading = loadApp(folder.path, [], { ...OPTIONS, signal: ending.signal });
    setImmediate(() => ending.abort());
    await expect(loading).rejects.toThrow(/was ended by SIGTERM/);
  });
});

describe('the files of an app', () => {
  const names = (path = folder.path) => filesOfApp(path).map((file) => file.slice(folder.path.length + 1));

  it('are those that cdk watch would watch: without packages, dot files and the assembly', () => {
    for (const file of [
      'lib/a.ts',
      'lib/a.test.ts',
      'node_modules/x/index.js',
      '.git/HEAD',
      'cdk.out/manifest.json',
    ]) {
      folder.write(file, '');
    }
    folder.write('cdk.json', {
      app: 'node app.js',
      watch: { include: ['**'], exclude: ['**/*.test.ts', 'prepared/**'] },
    });
    expect(names().toSorted()).toEqual(['app.js', 'cdk.json', 'lib/a.ts']);
  });

  it('are of an assembly its manifest and templates', () => {
    expect(names(join(folder.path, 'prepared'))).toHaveLength(2);
  });
});
