import { ControlPlane } from '../../control/control-plane.js';
import { UNSUPPORTED } from '../../control/fields/field-kinds.js';
import { CloudFormationError, type Place, ResourceRefusedError } from '../cloudformation-error.js';
import { inDependencyOrder } from '../dependencies.js';
import { type LoadOptions, loadTemplate } from '../load-template.js';
import { readTemplate, type Template } from '../template.js';
import { checkDeployments } from './deployment-checks.js';
import { checkExpressions, checkSubstitutions } from './expression-checks.js';
import { checkHttpApis } from './http-checks.js';
import { checkIntegrations } from './integration-checks.js';
import { checkMappings } from './mapping-checks.js';
import { checkPolicies } from './policy-checks.js';
import { PROPERTIES } from './properties.js';
import { checkProperties } from './property-checks.js';
import { type Rule, type RuleId, RULES } from './rules.js';
import { type Check, type Report, Subject } from './subject.js';

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
  const template = readOrReport(text, options.fileName, report);
  if (template !== undefined) {
    const settings = {
      ...PLACEHOLDER_ACCOUNT,
      fileName: options.fileName,
      parameters: options.parameters ?? new Map(),
    };
    const subject = new Subject(template, settings);
    for (const check of CHECKS) check(subject, report);
    if (!findings.some(({ severity }) => severity === 'error')) {
      reportRefusal(subject, settings, report);
    }
  }
  return findings.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function readOrReport(text: string, fileName: string, report: Report): Template | undefined {
  try {
    return readTemplate(text, fileName);
  } catch (error) {
    if (!(error instanceof CloudFormationError)) throw error;
    report('template', error.place, error.reason);
    return undefined;
  }
}

/** Reports the first resource that the control plane refuses; called when there is no other error. */
function reportRefusal(subject: Subject, options: LoadOptions, report: Report): void {
  const { text } = subject.template.document;
  try {
    loadTemplate(new ControlPlane(options), text, options);
  } catch (error) {
    if (!(error instanceof CloudFormationError)) throw error;
    // otherwise a parameter has no value, and the template cannot be loaded
    if (!(error instanceof ResourceRefusedError)) return;
    const isOnlyHere = error.reason.includes(UNSUPPORTED);
    if (!isOnlyHere && !refersOutside(subject, error.logicalId)) report('refused', error.place, error.reason);
  }
}

/** Whether a resource refers to one of another template, which exists on AWS and not here. */
function refersOutside(subject: Subject, logicalId: string): boolean {
  const { resources } = subject.template;
  const resource = resources.get(logicalId);
  return REFERENCES.some((property) => {
    const id = resource && subject.text(resource, property)?.replace(/^integrations\//, '');
    return id !== undefined && !resources.has(id);
  });
}

/** Properties that contain the id of another resource. */
const REFERENCES = 'ApiId AuthorizerId ConnectionId DeploymentId IntegrationId RouteId Target'.split(' ');

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
  checkProperties,
  checkIntegrations,
  checkMappings,
  checkHttpApis,
  checkDeployments,
  checkExpressions,
  checkSubstitutions,
  checkPolicies,
];
