import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { lint } from '../cloudformation/lint/lint.js';
import { RULES } from '../cloudformation/lint/rules.js';
import { UsageError } from '../usage-error.js';
import { type Command } from './command.js';
import { readTemplateFile } from './read-template-file.js';

/** Its AWS clients are large, so that it is a package of its own. */
const PACKAGE = 'backchannel-doctor';

/** What the gateway uses of it. */
interface DoctorPackage {
  readonly runDoctor: (
    args: readonly string[],
    context: {
      readonly write: (text: string) => void;
      readonly writeError: (text: string) => void;
      readonly lint: (fileName: string) => Promise<object>;
    },
  ) => Promise<number>;
}

/** `doctor --api ID`, `doctor --stack NAME`, `doctor --template FILE`; the package has the flags and their usage. */
export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'checks a live WebSocket API and everything around it',
  flags: {},
  notes: `It is the package ${PACKAGE}; doctor --help lists its flags once that is installed.`,
  exitCodes: {
    0: 'no problems',
    1: 'a problem',
    2: 'nothing could be checked, or the package is not installed',
  },
  usageErrorCode: 2,
  async run(args, { write }) {
    const { runDoctor } = await importDoctor();
    return runDoctor(args, {
      write,
      writeError: (text) => void process.stderr.write(text),
      lint: async (fileName) => ({
        rules: Object.keys(RULES),
        findings: lint(await readTemplateFile(fileName), { fileName }),
      }),
    });
  },
};

/** Found before it is imported: a file that is missing inside the package is another error. */
async function importDoctor(): Promise<DoctorPackage> {
  let path: string;
  try {
    path = createRequire(import.meta.url).resolve(PACKAGE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new UsageError(`doctor needs a package that is not installed: npm install ${PACKAGE}`, {
      cause: error,
    });
  }
  return (await import(pathToFileURL(path).href)) as DoctorPackage;
}
