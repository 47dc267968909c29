import { type Place } from '../cloudformation-error.js';
import { type LoadedTemplate } from '../load-template.js';
import { type Finding, lint } from './lint.js';

/** A finding in a template that is served, at the resource that has it. */
export interface DeployedFinding extends Finding {
  readonly fileName: string;
  /** Absent if the finding belongs to no resource. */
  readonly logicalId?: string;
  /** The id that the resource has in this gateway; absent for a resource that it does not create. */
  readonly resourceId?: string;
}

const isBefore = (a: Place, b: Place) => a.line < b.line || (a.line === b.line && a.column <= b.column);

/** The findings of `lint` in these templates. One of them may have no API: together they have one. */
export const deployedFindings = (
  templates: readonly LoadedTemplate[],
  parameters: ReadonlyMap<string, string>,
): readonly DeployedFinding[] =>
  templates.flatMap(({ fileName, text, created, ignored }) => {
    const resources = [...created, ...ignored].toSorted((a, b) => a.line - b.line || a.column - b.column);
    const findings = lint(text, { fileName, parameters }).filter(({ rule }) => rule !== 'no-api');
    return findings.map((finding) => {
      const resource = resources.findLast((each) => isBefore(each, finding));
      return {
        ...finding,
        fileName,
        ...(resource && { logicalId: resource.logicalId }),
        ...(resource?.id !== undefined && { resourceId: resource.id }),
      };
    });
  });
