import { type Finding } from './lint.js';

/** The findings in one template. */
export interface FileFindings {
  /** As it was given, or as its place in a cloud assembly. */
  readonly fileName: string;
  readonly findings: readonly Finding[];
}

/** Whether the finding makes the exit code 1. */
export const isError = ({ severity }: Finding) => severity === 'error';

/** `template.yaml: 1 error, 2 warnings` */
export function summaryOf({ fileName, findings }: FileFindings): string {
  const countOf = (severity: Finding['severity']) =>
    count(findings.filter((finding) => finding.severity === severity).length, severity);
  const hints = findings.some(({ severity }) => severity === 'hint') ? `, ${countOf('hint')}` : '';
  return `${fileName}: ${countOf('error')}, ${countOf('warning')}${hints}`;
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
