/** What Vitest's JSON reporter writes, as far as the report needs it. */
export interface TestRun {
  readonly testResults: readonly {
    /** The path of the file. */
    readonly name: string;
    readonly status: string;
    /** Why the file could not be loaded. */
    readonly message?: string;
    readonly assertionResults: readonly TestCase[];
  }[];
}

interface TestCase {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages?: readonly string[];
}

/** What a report says of its run. */
export interface RunFacts {
  /** `2026-11-28` */
  readonly date: string;
  /** The Region of AWS, or the URL of another gateway. */
  readonly target: string;
  /** Of the gateway in this repository, with the commit. */
  readonly version: string;
  readonly node: string;
  /** What the run had besides an account: `backend`, `function`, … → whether it was there. */
  readonly equipment: Readonly<Record<string, boolean>>;
  /** Texts that must not appear: addresses and names of the account. */
  readonly secrets: readonly string[];
}

interface Outcome {
  readonly file: string;
  readonly name: string;
  readonly failure: string;
}

/** More of a message is a diff that can be seen in a run. */
const MAX_FAILURE_LINES = 40;

/**
 * The cases in which the target does not do what the stand-in does, in Markdown: a case passes on the stand-in, so each
 * that fails elsewhere is a difference.
 */
export function differenceReport(run: TestRun, facts: RunFacts): string {
  const of = (...statuses: readonly string[]): readonly Outcome[] =>
    run.testResults.flatMap(({ name: file, assertionResults }) =>
      assertionResults
        .filter(({ status }) => statuses.includes(status))
        .map(({ fullName, failureMessages = [] }) => ({
          file: shortName(file),
          name: masked(fullName, facts.secrets),
          failure: masked(failureMessages.join('\n'), facts.secrets),
        })),
    );
  const broken = run.testResults
    .filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0)
    .map(({ name: file, message = '' }) => ({
      file: shortName(file),
      name: 'the file could not be run',
      failure: masked(message, facts.secrets),
    }));
  const differences = [...of('failed'), ...broken];
  const notRun = of('pending', 'skipped', 'todo', 'disabled');
  return [
    `# Differences from ${masked(facts.target, facts.secrets)}, ${facts.date}`,
    '',
    `Written by \`npm run conformance\`, gateway ${facts.version}, Node.js ${facts.node}. Available: ${list(facts.equipment, true)}. Not available: ${list(facts.equipment, false)}.`,
    '',
    '| same | different | not run |',
    '|---|---|---|',
    `| ${of('passed').length} | ${differences.length} | ${notRun.length} |`,
    '',
    '## Different',
    '',
    ...(differences.length === 0 ? ['None.', ''] : differences.flatMap(difference)),
    '## Not run',
    '',
    ...(notRun.length === 0 ? ['None.'] : notRun.map(({ file, name }) => `- \`${file}\`: ${name}`)),
    '',
  ].join('\n');
}

const list = (equipment: RunFacts['equipment'], isThere: boolean) =>
  Object.keys(equipment)
    .filter((name) => equipment[name] === isThere)
    .join(', ') || 'nothing';

function difference({ file, name, failure }: Outcome): readonly string[] {
  const lines = failure
    .split('\n')
    // where it failed in the test, and in the test runner
    .filter((line) => !/^\s+at /.test(line))
    .slice(0, MAX_FAILURE_LINES);
  return [`### ${name}`, '', `\`${file}\``, '', ...lines.map((line) => `    ${line}`.trimEnd()), ''];
}

const shortName = (path: string) => path.replace(/^.*[/\\](?=[^/\\]+$)/, '');

/** Without account ids, ids of APIs, keys, addresses, escape sequences, and what is named as secret. */
function masked(text: string, secrets: readonly string[]): string {
  const named = secrets
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, 'MASKED'), text);
  return (
    named
      // oxlint-disable-next-line no-control-regex -- the colours of a terminal
      .replaceAll(/\u001B\[[\d;]*m/g, '')
      .replaceAll(/\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b/g, 'KEY')
      .replaceAll(/(?<!\d)\d{12}(?!\d)/g, 'ACCOUNT')
      .replaceAll(/\b[a-z0-9]{10}(?=\.execute-api\.)/g, 'API')
      .replaceAll(/\b(?!127\.0\.0\.1\b)\d{1,3}(?:\.\d{1,3}){3}\b/g, 'ADDRESS')
  );
}
