import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { App } from 'aws-cdk-lib';
import { stringify } from 'yaml';
import { BackchannelStack } from './backchannel-stack.js';
import { describeParameters, ParametersError, readParameters } from './stack-parameters.js';
import { DESCRIPTION, plainTemplate } from './plain-template.js';

/**
 * The CDK app: `npx cdk deploy --app "node dist/cdk/app.js"`. Run directly, it writes the template and prints its path,
 * which needs no network, AWS account or Docker.
 */
const OUTPUT = 'cdk.out';

const USAGE = `npm run synth -- [FLAGS]: the CloudFormation template of the deployment

  -c NAME=VALUE    a parameter, see below; can be repeated
  --plain          one template without assets and metadata, for use without the CDK
  --output PATH    the folder (cdk.out); with --plain the file (cdk.out/NAME.yaml), JSON if it ends in .json
  --help           prints this text

Parameters; to deploy: npx cdk deploy --app "node dist/cdk/app.js" -c NAME=VALUE

`;

try {
  main();
} catch (error) {
  if (!isUsage(error)) throw error;
  for (const line of error.message.split('\n')) process.stderr.write(`synth: ${line}\n`);
  process.exitCode = 1;
}

function main(): void {
  const { values } = parseArgs({
    options: {
      context: { type: 'string', short: 'c', multiple: true },
      plain: { type: 'boolean' },
      output: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) process.stdout.write(`${USAGE}${describeParameters()}`);
  else if (process.env['CDK_OUTDIR'] !== undefined) synthesise(new App());
  else if (values.plain) writePlain(values.context ?? [], values.output);
  else {
    const outdir = values.output ?? OUTPUT;
    const stackName = synthesise(new App({ outdir, context: context(values.context ?? []) }));
    process.stdout.write(`${join(outdir, `${stackName}.template.json`)}\n`);
  }
}

/** @returns the base name of the template's file in the output folder */
function synthesise(app: App): string {
  const parameters = readParameters(app.node.getAllContext() as Record<string, unknown>);
  const stack = new BackchannelStack(app, 'Backchannel', {
    parameters,
    stackName: parameters.name,
    description: DESCRIPTION,
  });
  app.synth();
  return stack.artifactId;
}

function writePlain(assignments: readonly string[], output: string | undefined): void {
  const parameters = readParameters(context(assignments));
  const file = output ?? join(OUTPUT, `${parameters.name}.yaml`);
  const template = plainTemplate(parameters);
  mkdirSync(dirname(file), { recursive: true });
  // CloudFormation accepts no aliases, and reads an unquoted `off` as false
  const yaml = () => stringify(template, { version: '1.1', aliasDuplicateObjects: false, lineWidth: 0 });
  writeFileSync(file, file.endsWith('.json') ? `${JSON.stringify(template, undefined, 2)}\n` : yaml());
  process.stdout.write(`${file}\n`);
}

function context(assignments: readonly string[]): Record<string, string> {
  const problems = assignments.filter((item) => !/^\w+=/.test(item));
  if (problems.length > 0)
    throw new ParametersError(problems.map((item) => `-c ${item}: expected -c NAME=VALUE`));
  return Object.fromEntries(
    assignments.map((item) => [item.slice(0, item.indexOf('=')), item.slice(item.indexOf('=') + 1)]),
  );
}

function isUsage(error: unknown): error is Error {
  if (error instanceof ParametersError) return true;
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
