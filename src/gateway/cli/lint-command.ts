import { parseArgs } from 'node:util';
import { formatFindings, isError } from '../cloudformation/lint/format-findings.js';
import { lint } from '../cloudformation/lint/lint.js';
import { UsageError } from '../usage-error.js';
import { readNameValues } from './name-value.js';
import { readTemplateFile } from './read-template-file.js';

export const LINT_USAGE = `lint FILE …: finds what AWS would refuse in a CloudFormation template (YAML, JSON, cdk.out/*.template.json)

  --parameter NAME=VALUE   parameter of the template; repeatable. Values that depend on other parameters are not checked
  --format FORMAT          text or json (text)
  --help                   show this text

Exit code 1 if there is an error, 0 otherwise.
`;

/**
 * `lint FILE …`
 *
 * @returns the exit code
 * @throws {UsageError} the command line is wrong, or a file cannot be read
 */
export async function lintCommand(args: readonly string[], write: (text: string) => void): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help) {
    write(LINT_USAGE);
    return 0;
  }
  if (positionals.length === 0) throw new UsageError('lint needs a template file');
  const { format = 'text' } = values;
  if (format !== 'text' && format !== 'json')
    throw new UsageError(`--format is '${format}': it must be text or json`);
  const parameters = readNameValues('--parameter', values.parameter);

  const results = [];
  for (const fileName of positionals) {
    const findings = lint(await readTemplateFile(fileName), { fileName, parameters });
    results.push({ fileName, findings });
  }
  if (format === 'json') {
    const all = results.flatMap(({ fileName, findings }) => findings.map((item) => ({ fileName, ...item })));
    write(`${JSON.stringify(all, undefined, 2)}\n`);
  } else {
    for (const { fileName, findings } of results) write(formatFindings(fileName, findings));
  }
  return results.some(({ findings }) => findings.some(isError)) ? 1 : 0;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        parameter: { type: 'string', multiple: true },
        format: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}; lint --help lists the options`);
  }
}
