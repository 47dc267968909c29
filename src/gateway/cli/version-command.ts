import { defineCommand } from './command.js';
import { PROGRAM } from './program-name.js';
import { readVersion } from './read-version.js';

/** `version`, or `--version` */
export const versionCommand = defineCommand(
  {
    name: 'version',
    summary: 'prints the version',
    flags: {},
    exitCodes: { 0: 'success', 1: 'the command line is wrong' },
  },
  async (_, { write }) => {
    write(`${PROGRAM} ${readVersion()}\n`);
    return 0;
  },
);
