import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHAT } from '../gateway/cloudformation/chat-template.js';
import { Consumer, tarball } from './consumer.js';

const ACTION = parse(
  readFileSync(join(import.meta.dirname, '../../.github/actions/lint/action.yml'), 'utf8'),
) as {
  readonly inputs: Readonly<Record<string, { readonly required?: boolean; readonly default?: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
};

interface Step {
  readonly if?: string;
  readonly shell: string;
  readonly 'working-directory': string;
  readonly env: Readonly<Record<string, string>>;
  readonly run: string;
}

const API = `
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: { Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action }
`;

/** Only what the action uses of GitHub's expressions: the name of an input. */
const expand = (text: string, inputs: Readonly<Record<string, string>>) =>
  text.replaceAll(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, name: string) => inputs[name] ?? '');

describe('the action that lints templates', () => {
  let project: Consumer;
  beforeAll(async () => {
    project = await Consumer.install(['backchannel-gateway']);
    project.write('infra/good.yaml', CHAT);
    project.write('infra/deep/bad one.yaml', CHAT.replace('10000', '!Ref NlbDnsName'));
  }, 300_000);
  afterAll(() => project[Symbol.dispose]());

  /** Runs the steps as a runner does: each by `bash -e`, with what earlier ones have added to the path. */
  function run(given: Readonly<Record<string, string>>, folder = project.folder) {
    const defaults = Object.entries(ACTION.inputs).map(([name, input]) => [name, input.default ?? '']);
    const inputs = { ...(Object.fromEntries(defaults) as Record<string, string>), ...given };
    const temp = join(project.folder, 'runner-temp');
    rmSync(temp, { recursive: true, force: true });
    mkdirSync(temp);
    const pathFile = join(temp, 'path');
    writeFileSync(pathFile, '');
    let output = '';
    for (const step of ACTION.runs.steps) {
      expect(step.shell).toBe('bash');
      const [, needed] = step.if?.match(/^inputs\.([\w-]+) != ''$/) ?? [];
      if (needed !== undefined && inputs[needed] === '') continue;
      const added = readFileSync(pathFile, 'utf8').split('\n').filter(Boolean);
      const env = Object.entries(step.env).map(([name, value]) => [name, expand(value, inputs)]);
      const result = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run], {
        cwd: join(folder, expand(step['working-directory'], inputs)),
        encoding: 'utf8',
        env: {
          ...process.env,
          // npm sets it for its scripts, and asks for the folder of this repository then
          npm_config_local_prefix: undefined,
          // without the folders of this repository, which npm adds for its scripts, too
          PATH: [...added, join(process.execPath, '..'), '/usr/bin', '/bin'].join(delimiter),
          RUNNER_TEMP: temp,
          GITHUB_PATH: pathFile,
          GITHUB_WORKSPACE: project.folder,
          ...(Object.fromEntries(env) as Record<string, string>),
        },
      });
      output += result.stdout + result.stderr;
      if (result.status !== 0) return { exitCode: result.status, output };
    }
    return { exitCode: 0, output };
  }

  it('passes without errors', () => {
    expect(run({ templates: 'infra/good.yaml' })).toEqual({
      exitCode: 0,
      output: 'infra/good.yaml: 0 errors, 0 warnings\n',
    });
  });

  it('annotates the line of an error, of all files that a pattern matches, and fails', () => {
    const { exitCode, output } = run({ templates: 'infra/**/*.yaml\n', parameters: 'NlbDnsName=30000\n' });
    expect(exitCode).toBe(1);
    expect(output).toMatch(
      /^::error file=infra\/deep\/bad one\.yaml,line=\d+,col=\d+,title=timeout-range::/m,
    );
    expect(output).toContain('infra/good.yaml: 0 errors');
  });

  it('names the file by its place in the repository, also from another working directory', () => {
    const { output } = run({
      templates: 'deep/*.yaml',
      parameters: 'NlbDnsName=30000',
      'working-directory': 'infra',
    });
    expect(output).toContain('::error file=infra/deep/bad one.yaml,');
  });

  it('writes SARIF also when there are errors', () => {
    expect(
      run({ templates: 'infra/deep/*', parameters: 'NlbDnsName=30000', 'sarif-file': 'lint.sarif' }),
    ).toMatchObject({ exitCode: 1 });
    expect(JSON.parse(project.read('lint.sarif'))).toMatchObject({
      version: '2.1.0',
      runs: [{ results: [{ ruleId: 'timeout-range' }] }],
    });
  });

  it('lints a CDK app', () => {
    project.write(
      'cdk.out/manifest.json',
      JSON.stringify({
        artifacts: {
          Chat: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Chat.template.json' } },
        },
      }),
    );
    project.write('cdk.out/Chat.template.json', JSON.stringify(parse(API)));
    expect(run({ app: 'cdk.out' })).toEqual({
      exitCode: 0,
      output: 'cdk.out/Chat.template.json: 0 errors, 0 warnings\n',
    });
    expect(run({})).toMatchObject({
      exitCode: 2,
      output: expect.stringContaining('needs a template file, or --app') as string,
    });
  });

  it('fails when a pattern matches nothing', () => {
    const { exitCode, output } = run({ templates: 'infra/good.yaml\nmissing/*.yaml' });
    expect(exitCode).toBe(2);
    expect(output).toContain('::error::templates: no file matches missing/*.yaml');
  });

  it('runs what the input package names, in a project that has not installed it', () => {
    using empty = new Consumer();
    empty.write('template.yaml', CHAT);
    const inputs = { templates: 'template.yaml' };
    expect(run(inputs, empty.folder)).toMatchObject({
      exitCode: 2,
      output: expect.stringContaining('::error::backchannel-gateway is not installed') as string,
    });
    expect(run({ ...inputs, package: tarball('backchannel-gateway') }, empty.folder)).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('template.yaml: 0 errors') as string,
    });
    expect(existsSync(join(empty.folder, 'node_modules'))).toBe(false);
  });
});
