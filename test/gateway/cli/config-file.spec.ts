import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOptions } from '../../../src/gateway/cli/options.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'));
});
afterEach(() => rm(folder, { recursive: true }));

const file = (name = 'gateway.yaml') => join(folder, name);

async function options(text: string, flags: Parameters<typeof readOptions>[0] = {}, env = {}) {
  await writeFile(file(), text);
  return readOptions({ config: file(), ...flags }, env);
}

describe('the configuration file', () => {
  it('has every kind of flag, with paths from its own folder', async () => {
    await mkdir(join(folder, 'dist'));
    await writeFile(join(folder, 'dist/chat.mjs'), '');
    const read = await options(`
      port: 0
      template: [a.yaml, /b.yaml]
      parameter: { Stage: dev, Count: 2 }
      target: { nlb: 127.0.0.1:3000 }
      terraform: plan.json
      function: { chat: dist/chat.mjs, auth: http://127.0.0.1:9001, py: STAGE=dev python3 dist/chat.mjs -v }
      endpoint-for: { sqs: http://127.0.0.1:9324 }
      issuer: { "https://login.example.com/": "http://127.0.0.1:9000/pool?x=1" }
      allow-host: gw.example.com
      use-machine-credentials: true
      quota: { request-burst: 7 }
      log-format: pretty
      port-file: port
    `);
    expect(read).toMatchObject({
      configFile: file(),
      port: 0,
      host: '127.0.0.1',
      templates: [join(folder, 'a.yaml'), '/b.yaml'],
      terraform: [join(folder, 'plan.json')],
      parameters: new Map([
        ['Stage', 'dev'],
        ['Count', '2'],
      ]),
      targets: new Map([['nlb', ['127.0.0.1:3000']]]),
      functions: new Map<string, object>([
        ['chat', { kind: 'module', file: join(folder, 'dist/chat.mjs'), exportName: 'handler' }],
        ['auth', { kind: 'endpoint', url: new URL('http://127.0.0.1:9001') }],
        [
          'py',
          {
            kind: 'command',
            command: {
              words: ['python3', join(folder, 'dist/chat.mjs'), '-v'],
              variables: { STAGE: 'dev' },
            },
          },
        ],
      ]),
      issuers: new Map([['https://login.example.com/', 'http://127.0.0.1:9000/pool?x=1']]),
      allowedHosts: ['gw.example.com'],
      usesMachineCredentials: true,
      quotas: { requestBurst: 7 },
      logFormat: 'pretty',
      portFile: join(folder, 'port'),
    });
  });

  it('has an app, whose folder is below its own folder, and whose command is not a path', async () => {
    await mkdir(join(folder, 'infra'));
    expect((await options('app: infra')).app).toBe(join(folder, 'infra'));
    expect((await options('app: node bin/app.js')).app).toBe('node bin/app.js');
  });

  it.each([
    ['stack: Chat', '--stack names a stack of a CDK app: give --app, too'],
    ['from-stack: Chat', '--from-stack has values for templates: give --template or --app, too'],
  ])('is refused with %s alone', async (text, reason) => {
    await expect(options(text)).rejects.toThrow(reason);
  });

  it('has numbers as they are written', async () => {
    const numbers = {
      AccountId: '012345678901',
      Version: '1.10',
      Big: '12345678901234567890',
      Hex: '0x10',
      Exponent: '1e3',
    };
    for (const text of [
      `parameter: ${JSON.stringify(numbers).replaceAll('"', '').replaceAll(':', ': ')}`,
      Object.entries(numbers).reduce((yaml, [name, value]) => `${yaml}\n  ${name}: ${value}`, 'parameter:'),
    ]) {
      expect(Object.fromEntries((await options(text)).parameters)).toEqual(numbers);
    }
    expect(await options('{"admin-token": 12345678901234567890}')).toMatchObject({
      adminToken: '12345678901234567890',
    });
    expect((await options('region: &a 0123\nparameter: { A: *a, 007: b }')).parameters).toEqual(
      new Map([
        ['A', '0123'],
        ['007', 'b'],
      ]),
    );
  });

  it('may be JSON with a schema, or empty', async () => {
    expect(await options('{"$schema": "./x.json", "port": 7}')).toMatchObject({ port: 7 });
    expect(await options('')).toMatchObject({ port: 8080 });
  });

  it('gives way to a variable, and both to a flag', async () => {
    const text = 'port: 1\nregion: eu-west-1';
    expect(await options(text)).toMatchObject({ port: 1, region: 'eu-west-1' });
    expect(await options(text, {}, { GATEWAY_PORT: '2' })).toMatchObject({ port: 2 });
    expect(await options(text, { port: '3' }, { GATEWAY_PORT: '2' })).toMatchObject({ port: 3 });
    expect(await options(text, {}, { GATEWAY_PORT: '' })).toMatchObject({ port: 1 });
  });

  it('keeps the names that no flag replaces, but no list that a flag replaces', async () => {
    const read = await options('parameter: { A: file, B: file }\ntemplate: file.yaml', {
      parameter: ['B=flag'],
      template: ['flag.yaml'],
    });
    expect(Object.fromEntries(read.parameters)).toEqual({ A: 'file', B: 'flag' });
    expect(read.templates).toEqual(['flag.yaml']);
  });

  it.each([
    ['templat: a', 'templat is not a flag: did you mean template?'],
    ['config: a', 'config is not a key of this file: give it as the flag --config'],
    ['port: x', "--port (GATEWAY_PORT) is 'x'"],
    ['port: [1]', 'port must be text: PORT'],
    ['watch: yes please', 'watch must be true or false'],
    ['target: nlb=127.0.0.1', 'target must be an object of NAME: HOST[:PORT]'],
    ['target: { nlb: [1] }', 'target must be an object of texts; nlb is none'],
    ['template: [{ a: 1 }]', 'template must be a list of FILE'],
    ['auth: sometimes', "--auth is 'sometimes'"],
    ['port: 1\nport: 2', ':2:1: not YAML: DUPLICATE_KEY'],
    ['region: a\nport: *x', 'gateway.yaml:2:7: the alias *x has no anchor before it'],
    [aliasBomb(), 'gateway.yaml:1:1: too many aliases'],
    ['[]', 'it must be an object of flags'],
  ])('is refused: %s', async (text, problem) => {
    await expect(options(text)).rejects.toThrow(problem);
    await expect(options(text)).rejects.toThrow(file());
  });

  it('is refused with every problem at once, without quoting a secret', async () => {
    const text = 'admin-token: [a-secret]\nprot: 1\nhost: {}';
    await expect(options(text)).rejects.toThrow(/admin-token[^]*prot[^]*host/);
    await expect(options(text)).rejects.not.toThrow('a-secret');
  });

  it('is refused in UTF-16', async () => {
    await writeFile(file(), Buffer.from('\uFEFFport: 1', 'utf16le'));
    expect(() => readOptions({ config: file() }, {})).toThrow(`${file()} is UTF-16: save it as UTF-8`);
  });

  it('is missing', () => {
    expect(() => readOptions({ config: file('none.yaml') }, {})).toThrow('none.yaml does not exist');
    expect(() => readOptions({ config: folder }, {})).toThrow('is a directory, not a file');
    // a device without an end
    expect(() => readOptions({ config: '/dev/zero' }, {})).toThrow('/dev/zero has more than 1 MB');
  });
});

/** Nine lists, each with nine times the one before. */
function aliasBomb(): string {
  const lists = 'bcdefghi'.split('').map((name, index) => {
    const before = `*${'abcdefgh'[index]}`;
    return `${name}: &${name} [${Array.from({ length: 9 }, () => before).join(', ')}]`;
  });
  return ['a: &a [x]', ...lists].join('\n');
}
