import { CloudFormationError, type Place } from '../cloudformation-error.js';
import { inDependencyOrder } from '../dependencies.js';
import { type StackSettings } from '../evaluator.js';
import { prepareTemplate } from '../prepare-template.js';
import { type Template } from '../template.js';
import { checkApis } from './api-checks.js';
import { checkAuthorizers } from './authorizer-checks.js';
import { checkDeployments } from './deployment-checks.js';
import { checkExpressions, checkSubstitutions } from './expression-checks.js';
import { checkHttpApis } from './http/http-checks.js';
import { checkIntegrations } from './integration-checks.js';
import { checkMappings } from './mapping-checks.js';
import { checkPermissions } from './permission-checks.js';
import { checkPolicies } from './policy-checks.js';
import { PROPERTIES } from './properties.js';
import { checkProperties } from './property-checks.js';
import { findRefusals } from './refusals.js';
import { type Rule, type RuleId, RULES } from './rules.js';
import { type Check, type Report, Subject } from './subject.js';
import { checkThrottles } from './throttle-checks.js';

export interface Finding extends Place, Rule {
  readonly rule: RuleId;
  /** The error at this place; `reason` says why it is an error in general. */
  readonly message: string;
}

interface LintOptions {
  readonly fileName: string;
  /** Values that depend on a parameter without a value are not checked. */
  readonly parameters?: ReadonlyMap<string, string>;
}

/** Finds errors that fail on AWS, even where CloudFormation accepts the template; in the order of the lines. */
export function lint(text: string, options: LintOptions): readonly Finding[] {
  const findings: Finding[] = [];
  const report: Report = (rule, { line, column }, message, overrides) =>
    findings.push({ line, column, rule, message, ...RULES[rule], ...overrides });
  const settings = { ...PLACEHOLDER_ACCOUNT, parameters: options.parameters ?? new Map<string, string>() };
  const template = readOrReport(text, options.fileName, settings, report);
  if (template !== undefined) {
    const subject = new Subject(template, settings);
    for (const check of CHECKS) check(subject, report);
    reportRefusals(subject, settings, [...findings], report);
  }
  return findings.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function readOrReport(
  text: string,
  fileName: string,
  settings: Omit<StackSettings, 'mayLackValues'>,
  report: Report,
): Template | undefined {
  try {
    return prepareTemplate(text, fileName, { ...settings, mayLackValues: true });
  } catch (error) {
    if (!(error instanceof CloudFormationError)) throw error;
    report('template', error.place, error.reason);
    return undefined;
  }
}

/**
 * Reports the resources that the control plane refuses, except those with an error that it would refuse: one finding is
 * enough.
 */
function reportRefusals(
  subject: Subject,
  settings: Omit<StackSettings, 'mayLackValues'>,
  findings: readonly Finding[],
  report: Report,
): void {
  const resources = [...subject.template.resources.values()];
  const isBefore = (a: Place, b: Place) => a.line < b.line || (a.line === b.line && a.column <= b.column);
  const inOrder = resources.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
  const faulty = new Set(
    findings
      .filter(({ rule, severity }) => severity === 'error' && !NOT_REFUSED.has(rule))
      .map((finding) => inOrder.findLast(({ at }) => isBefore(at, finding))),
  );
  const { refusals, importWarnings } = findRefusals(subject, settings);
  for (const { resource, reason } of importWarnings) {
    report('import-warning', subject.at(resource, 'Body'), `${resource.logicalId}: ${reason}`);
  }
  for (const { resource, reason } of refusals) {
    if (faulty.has(resource)) continue;
    report('refused', resource.at, `${resource.logicalId} (${resource.type}): ${reason}`);
  }
}

/** The errors in what the control plane accepts. */
const NOT_REFUSED: ReadonlySet<RuleId> = new Set<RuleId>([
  'no-connection-id',
  'connect-only-source',
  'undeclared-source',
  'connections-policy',
  'connections-uri',
  'identity-source',
  'no-permission',
  'no-route-response',
  'undeployed-stage',
  'template-syntax',
]);

/** Reports nodes that cannot be evaluated; other rules ignore them. */
const checkTemplate: Check = ({ template, stack }, report) => {
  const reported = new Set<string>();
  const attempt = (evaluate: () => unknown) => {
    try {
      evaluate();
    } catch (error) {
      if (!(error instanceof CloudFormationError)) throw error;
      const { line, column } = error.place;
      if (reported.has(`${line}:${column}`)) return;
      reported.add(`${line}:${column}`);
      // the rule sub-eats-variable reports it
      if (!error.reason.startsWith('Fn::Sub replaces')) report('template', error.place, error.reason);
    }
  };
  attempt(() => inDependencyOrder(stack));
  for (const resource of template.resources.values()) {
    if (!Object.hasOwn(PROPERTIES, resource.type)) continue;
    attempt(() => {
      if (!stack.isCreated(resource)) return;
      for (const { value } of resource.properties.values()) attempt(() => stack.value(value));
    });
  }
  for (const place of template.document.aliases) report('yaml-alias', place, 'this is a YAML alias');
};

/** Only names contain them: a template's errors are the same in every Region and account. */
const PLACEHOLDER_ACCOUNT = { region: 'us-east-1', accountId: '000000000000' };

const CHECKS: readonly Check[] = [
  checkTemplate,
  checkApis,
  checkProperties,
  checkIntegrations,
  checkMappings,
  checkAuthorizers,
  checkHttpApis,
  checkDeployments,
  checkThrottles,
  checkExpressions,
  checkSubstitutions,
  checkPolicies,
  checkPermissions,
];
