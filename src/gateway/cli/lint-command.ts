import { resolve } from 'node:path';
import { hasApi } from '../cloud-assembly/select-stacks.js';
import { type FileFindings, isError } from '../cloudformation/lint/file-findings.js';
import { formatFindings } from '../cloudformation/lint/format-findings.js';
import { githubAnnotations } from '../cloudformation/lint/github-annotations.js';
import { lint } from '../cloudformation/lint/lint.js';
import { sarifLog } from '../cloudformation/lint/sarif.js';
import { withNested } from '../cloudformation/template-file.js';
import { UsageError } from '../usage-error.js';
import { defineCommand } from './command.js';
import { readNameValues } from './name-value.js';
import { readApp } from './read-app.js';
import { readTemplateFiles } from './read-template-file.js';
import { readVersion } from './read-version.js';

type Format = (files: readonly FileFindings[], env: NodeJS.ProcessEnv) => string;

const asJson = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;

/** In a job of GitHub Actions the working directory may be a folder of the repository. */
const repositoryOf = (env: NodeJS.ProcessEnv) => resolve(env.GITHUB_WORKSPACE || '.');

const FORMATS = {
  text: (files) => files.map(formatFindings).join(''),
  json: (files) =>
    asJson(files.flatMap(({ fileName, findings }) => findings.map((item) => ({ fileName, ...item })))),
  sarif: (files, env) => asJson(sarifLog(files, { root: repositoryOf(env), version: readVersion() })),
  github: (files, env) => githubAnnotations(files, repositoryOf(env)),
} as const satisfies Readonly<Record<string, Format>>;

const FORMAT_NAMES = Object.keys(FORMATS) as (keyof typeof FORMATS)[];

/** `lint FILE …`, or `lint --app COMMAND` */
export const lintCommand = defineCommand(
  {
    name: 'lint',
    operands: '[FILE …]',
    summary:
      'finds what AWS would refuse in a CloudFormation template (YAML, JSON, cdk.out/*.template.json), or in what terraform show -json prints',
    flags: {
      app: {
        kind: 'text',
        value: 'COMMAND|FOLDER',
        help: 'CDK app whose templates are checked, those of nested stacks included: its command, its folder, or cdk.out',
      },
      stack: {
        kind: 'list',
        value: 'NAME',
        help: 'stack of --app, with * for any characters; by default all that have an API',
      },
      parameter: {
        kind: 'map',
        value: 'NAME=VALUE',
        help: 'parameter of the template; values that depend on other parameters are not checked',
      },
      format: {
        kind: 'text',
        value: FORMAT_NAMES.join('|'),
        choices: FORMAT_NAMES,
        preset: 'text',
        help: 'form of the findings: json for programs, sarif (2.1.0) for code scanning, github for annotations of GitHub Actions',
      },
    },
    exitCodes: {
      0: 'no errors; there may be warnings and hints',
      1: 'an error in a template',
      2: 'the command line is wrong, or a file cannot be read',
    },
    usageErrorCode: 2,
  },
  async ({ values, operands: fileNames }, { env, write }) => {
    if (fileNames.length === 0 && values.app === undefined) {
      throw new UsageError('lint needs a template file, or --app');
    }
    const format = readFormat(values.format);
    const parameters = readNameValues('--parameter', values.parameter);

    const app = await readApp(values, env);
    const templates = [
      ...(await readTemplateFiles({ templates: fileNames, terraform: [] })),
      ...(app?.chosen ?? []),
    ];
    const files = templates
      .flatMap((template) =>
        template.nested === undefined ? [template] : withNested(template).filter(hasApi),
      )
      .map(({ fileName, text }) => ({ fileName, findings: lint(text, { fileName, parameters }) }));
    write(format(files, env));
    return files.some(({ findings }) => findings.some(isError)) ? 1 : 0;
  },
);

function readFormat(name = 'text'): Format {
  const known = FORMAT_NAMES.find((format) => format === name);
  if (known !== undefined) return FORMATS[known];
  throw new UsageError(`--format is '${name}': it must be one of ${FORMAT_NAMES.join(', ')}`);
}
