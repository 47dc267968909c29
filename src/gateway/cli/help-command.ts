import { UsageError } from '../usage-error.js';
import { type Command, defineCommand, flagList, usageOf } from './command.js';
import { PROGRAM } from './program-name.js';
import { SERVE_FLAGS } from './serve-flags.js';
import { suggestion } from './suggest.js';

/** `help [COMMAND]`, or `--help` */
export function helpCommand(commands: readonly Command[]): Command {
  const help = defineCommand(
    {
      name: 'help',
      operands: '[COMMAND]',
      summary: 'shows the commands, or the usage of one',
      flags: {},
      exitCodes: { 0: 'success', 1: 'the command line is wrong' },
    },
    async ({ operands: [name, ...others] }, { write }) => {
      if (others.length > 0) throw new UsageError('help takes one command');
      write(
        name === undefined ? overview([...commands, help]) : usageOf(findCommand([...commands, help], name)),
      );
      return 0;
    },
  );
  return help;
}

/** @throws {UsageError} there is no such command; it suggests one */
export function findCommand(commands: readonly Command[], name: string): Command {
  const command = commands.find((each) => each.name === name);
  if (command !== undefined) return command;
  const names = commands.map((each) => each.name);
  throw new UsageError(
    `unknown command ${name}${suggestion(name, names)}\nthe commands are ${names.join(', ')}`,
  );
}

function overview(commands: readonly Command[]): string {
  const lines = commands.map(
    ({ name, operands = '', summary }) => `  ${`${name} ${operands}`.padEnd(16)} ${summary}\n`,
  );
  return `Amazon API Gateway for WebSocket APIs, on your machine

${PROGRAM} [COMMAND] [FLAG …]

${lines.join('')}
${PROGRAM} COMMAND --help lists the flags of a command. Those of serve, also without its name:

${flagList(SERVE_FLAGS)}`;
}
