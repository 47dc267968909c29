import { type FileFindings, summaryOf } from './file-findings.js';
import { type Finding } from './lint.js';
import { repositoryPath } from './repository-path.js';

/**
 * Workflow commands of GitHub Actions: GitHub shows each finding as an annotation at its line. A summary of each file
 * follows, for the log.
 *
 * @param root the folder of the repository
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function githubAnnotations(files: readonly FileFindings[], root: string): string {
  const commands = files.flatMap(({ fileName, findings }) =>
    findings.map((finding) => annotation(repositoryPath(fileName, root) ?? fileName, finding)),
  );
  return [...commands, ...files.map(summaryOf)].map((line) => `${line}\n`).join('');
}

function annotation(file: string, { line, column, severity, rule, message, reason, see, fix }: Finding) {
  const properties = Object.entries({ file, line, col: column, title: rule })
    .map(([name, value]) => `${name}=${escapedProperty(String(value))}`)
    .join(',');
  const text = `${message}\nwhy: ${reason}; ${see}\nfix: ${fix}`;
  return `::${COMMANDS[severity]} ${properties}::${escaped(text)}`;
}

const COMMANDS: Readonly<Record<Finding['severity'], string>> = {
  error: 'error',
  warning: 'warning',
  hint: 'notice',
};

/** Without it, the text would end at the first line break. */
const escaped = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

/** In a property, a colon ends the command's head, and a comma the property. */
const escapedProperty = (text: string) => escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
