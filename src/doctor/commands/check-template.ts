import { type DoctorContext, type LintFinding } from '../doctor-context.js';
import { UsageError } from '../doctor-error.js';
import { type ExitCode } from '../exit-code.js';
import { type Options } from '../options.js';
import { heading } from '../report/text-report.js';

const SIGNS = { error: '×', warning: '‼', hint: '√' } as const;

/** `--template FILE`: what `lint` finds, in the form of the report. */
export async function checkTemplate(
  fileName: string,
  { json, failsOnWarning }: Options,
  { lint, write }: DoctorContext,
): Promise<ExitCode> {
  if (lint === undefined) {
    throw new UsageError(
      `--template needs the gateway: npx backchannel-gateway doctor --template ${fileName}`,
    );
  }
  const { rules, findings } = await lint(fileName);
  const has = (severity: LintFinding['severity']) =>
    findings.some((finding) => finding.severity === severity);
  const exitCode = has('error') || (failsOnWarning && has('warning')) ? 1 : 0;
  if (json) {
    write(`${JSON.stringify({ fileName, findings, exitCode }, undefined, 2)}\n`);
    return exitCode;
  }
  const broken = rules.filter((rule) => findings.some((finding) => finding.rule === rule));
  write(`Template ${fileName}\n\n${heading('Rules of lint')}`);
  for (const rule of broken)
    write(
      formatRule(
        fileName,
        findings.filter((finding) => finding.rule === rule),
      ),
    );
  write(`√ ${rules.length - broken.length} ${broken.length === 0 ? '' : 'other '}rules\n\n`);
  const count = (severity: LintFinding['severity']) =>
    findings.filter((finding) => finding.severity === severity).length;
  write(`${count('error')} problems, ${count('warning')} warnings, ${count('hint')} hints\n`);
  return exitCode;
}

/** The places that break one rule. Its reason and fix may differ between them. */
function formatRule(fileName: string, findings: readonly LintFinding[]): string {
  const [first] = findings;
  if (first === undefined) return '';
  const severities = findings.map(({ severity }) => severity);
  const worst =
    (['error', 'warning', 'hint'] as const).find((severity) => severities.includes(severity)) ?? 'hint';
  const fixes = [...new Set(findings.map(({ fix }) => fix))];
  return [
    `${SIGNS[worst]} ${first.reason} [${first.rule}]`,
    ...findings.map(({ line, column, message }) => `    ${fileName}:${line}:${column} ${message}`),
    ...fixes.map((fix) => `    → ${fix}`),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
