import { CloudFormationError } from '../cloudformation/cloudformation-error.js';
import { UsageError } from '../usage-error.js';
import { type Command } from './command.js';
import { costCommand } from './cost-command.js';
import { doctorCommand } from './doctor-command.js';
import { explainCommand } from './explain-command.js';
import { healthCommand } from './health-command.js';
import { findCommand, helpCommand } from './help-command.js';
import { lintCommand } from './lint-command.js';
import { replayCommand } from './replay-command.js';
import { serveCommand } from './serve-command.js';
import { tailCommand } from './tail-command.js';
import { versionCommand } from './version-command.js';

const OTHERS = [
  serveCommand,
  lintCommand,
  explainCommand,
  costCommand,
  doctorCommand,
  tailCommand,
  replayCommand,
  healthCommand,
  versionCommand,
];
const HELP_COMMAND = helpCommand(OTHERS);
const COMMANDS: readonly Command[] = [...OTHERS, HELP_COMMAND];

// the reader of the output has gone, as in `tail | head`
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

let usageErrorCode: number | undefined;
try {
  const [command, args] = chosen(process.argv.slice(2));
  ({ usageErrorCode } = command);
  process.exitCode = await command.run(args, {
    env: process.env,
    write: (text) => void process.stdout.write(text),
  });
} catch (error) {
  if (!(error instanceof UsageError || error instanceof CloudFormationError)) throw error;
  process.stderr.write(error.message.replaceAll(/^/gm, 'gateway: ').concat('\n'));
  process.exitCode = usageErrorCode ?? 1;
}

/** The command and its arguments: `serve` when the first argument is a flag of it. */
function chosen(args: readonly string[]): readonly [Command, readonly string[]] {
  const [first, ...rest] = args;
  switch (first) {
    case undefined:
      return [serveCommand, []];
    case '--version':
      return [versionCommand, rest];
    case '--help':
    case '-h':
      return [HELP_COMMAND, rest];
    default:
      return first.startsWith('-') ? [serveCommand, args] : [findCommand(COMMANDS, first), rest];
  }
}
