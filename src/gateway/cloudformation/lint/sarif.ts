import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type FileFindings } from './file-findings.js';
import { type Finding } from './lint.js';
import { repositoryPath } from './repository-path.js';
import { type Rule, RULES } from './rules.js';

interface SarifOptions {
  /** The folder of the repository: files below it have relative paths. */
  readonly root: string;
  /** Of this program. */
  readonly version: string;
}

/**
 * A log in the Static Analysis Results Interchange Format, for code scanning and for viewers: one run, with every rule
 * and every file that was checked.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
 */
export function sarifLog(files: readonly FileFindings[], { root, version }: SarifOptions): object {
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'backchannel-gateway lint',
            semanticVersion: version,
            rules: RULE_IDS.map((id) => ruleDescriptor(id, RULES[id])),
          },
        },
        originalUriBaseIds: { [ROOT]: { uri: pathToFileURL(`${root}/`).href } },
        artifacts: files.map(({ fileName }) => ({ location: artifactLocation(fileName, root) })),
        columnKind: 'utf16CodeUnits',
        results: files.flatMap((file, index) => results(file, artifactLocation(file.fileName, root), index)),
      },
    ],
  };
}

/** The name of the repository's folder in GitHub's examples. */
const ROOT = '%SRCROOT%';

const RULE_IDS = Object.keys(RULES) as Finding['rule'][];

const LEVELS: Readonly<Record<Finding['severity'], string>> = {
  error: 'error',
  warning: 'warning',
  hint: 'note',
};

const ruleDescriptor = (id: Finding['rule'], { severity, reason, see, fix }: Rule) => ({
  id,
  shortDescription: { text: reason },
  fullDescription: { text: reason },
  help: { text: `Fix: ${fix}. See ${see}`, markdown: `Fix: \`${fix}\`\n\n[Source](${see})` },
  helpUri: see,
  defaultConfiguration: { level: LEVELS[severity] },
});

interface ArtifactLocation {
  readonly uri: string;
  readonly uriBaseId?: string;
}

function artifactLocation(fileName: string, root: string): ArtifactLocation {
  const path = repositoryPath(fileName, root);
  return path === undefined
    ? { uri: pathToFileURL(resolve(fileName)).href }
    : { uri: encodeURI(path), uriBaseId: ROOT };
}

function results({ findings }: FileFindings, location: ArtifactLocation, index: number): readonly object[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const { rule, severity, message, reason, fix, line, column } = finding;
    const key = `${rule} ${location.uri} ${message}`;
    const occurrence = (seen.get(key) ?? 0) + 1;
    seen.set(key, occurrence);
    return {
      ruleId: rule,
      ruleIndex: RULE_IDS.indexOf(rule),
      level: LEVELS[severity],
      message: { text: `${message}: ${reason}\nFix: ${fix}` },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { ...location, index },
            region: { startLine: line, startColumn: column },
          },
        },
      ],
      // the same after lines were added above it
      partialFingerprints: { 'finding/v1': fingerprint(`${key} ${occurrence}`) },
    };
  });
}

const fingerprint = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);
