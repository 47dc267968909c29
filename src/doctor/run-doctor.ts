import { checkApi } from './commands/check-api.js';
import { checkTemplate } from './commands/check-template.js';
import { compareCommand } from './commands/compare-command.js';
import { policyCommand } from './commands/policy-command.js';
import { findCheck, selectChecks } from './commands/select-checks.js';
import { type DoctorContext } from './doctor-context.js';
import { CannotRunError, UsageError } from './doctor-error.js';
import { EXIT_CODES, type ExitCode } from './exit-code.js';
import { flagList, type Options, readOptions } from './options.js';
import { explainCheck, listChecks } from './report/catalogue.js';

/**
 * The command `doctor`.
 *
 * @param args those after the command's name
 * @returns the exit code, as `--help` explains it
 */
export async function runDoctor(args: readonly string[], context: DoctorContext): Promise<ExitCode> {
  try {
    return await run(readOptions(args), context);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof CannotRunError)) throw error;
    context.writeError(error.message.replaceAll(/^/gm, 'doctor: ').concat('\n'));
    return 2;
  }
}

async function run(options: Options, context: DoctorContext): Promise<ExitCode> {
  const { write } = context;
  const checks = selectChecks(options.only);
  if (options.help) write(usage());
  else if (options.explain !== undefined) write(explainCheck(findCheck(options.explain)));
  else if (options.list) write(listChecks(checks));
  else if (options.policy) write(await policyCommand(options, checks));
  else if (options.template !== undefined) return checkTemplate(options.template, options, context);
  else if (options.compare !== undefined) return compareCommand(options, options.compare, context);
  else return checkApi(options, checks, context);
  return 0;
}

function usage(): string {
  const codes = Object.entries(EXIT_CODES).map(([code, meaning]) => `  ${code}  ${meaning}\n`);
  return `backchannel-gateway doctor --api ID [--stage NAME] [FLAG …]
backchannel-gateway doctor --stack NAME [FLAG …]
backchannel-gateway doctor --template FILE

Checks a live WebSocket API with everything around it, by calls that only read, with this machine's AWS credentials.

${flagList()}
Exit codes:

${codes.join('')}`;
}
