import { formatFindings, isError } from '../cloudformation/lint/format-findings.js';
import { lint } from '../cloudformation/lint/lint.js';
import { UsageError } from '../usage-error.js';
import { defineCommand } from './command.js';
import { readNameValues } from './name-value.js';
import { readTemplateFile } from './read-template-file.js';

/** `lint FILE …` */
export const lintCommand = defineCommand(
  {
    name: 'lint',
    operands: 'FILE …',
    summary:
      'finds what AWS would refuse in a CloudFormation template (YAML, JSON, cdk.out/*.template.json), or in what terraform show -json prints',
    flags: {
      parameter: {
        kind: 'map',
        value: 'NAME=VALUE',
        help: 'parameter of the template; values that depend on other parameters are not checked',
      },
      format: {
        kind: 'text',
        value: 'text|json',
        choices: ['text', 'json'],
        preset: 'text',
        help: 'form of the findings',
      },
    },
    exitCodes: {
      0: 'no errors; there may be warnings',
      1: 'an error in a template, or the command line is wrong',
    },
  },
  async ({ values, operands: fileNames }, { write }) => {
    if (fileNames.length === 0) throw new UsageError('lint needs a template file');
    const { format = 'text' } = values;
    if (format !== 'text' && format !== 'json')
      throw new UsageError(`--format is '${format}': it must be text or json`);
    const parameters = readNameValues('--parameter', values.parameter);

    const results = [];
    for (const fileName of fileNames) {
      const findings = lint(await readTemplateFile(fileName), { fileName, parameters });
      results.push({ fileName, findings });
    }
    if (format === 'json') {
      const all = results.flatMap(({ fileName, findings }) =>
        findings.map((item) => ({ fileName, ...item })),
      );
      write(`${JSON.stringify(all, undefined, 2)}\n`);
    } else {
      for (const { fileName, findings } of results) write(formatFindings(fileName, findings));
    }
    return results.some(({ findings }) => findings.some(isError)) ? 1 : 0;
  },
);
