import { ExpressionError } from '../../../mapping/expression-error.js';
import { parseHttpRequestMapping, parseHttpResponseMapping } from '../../../mapping/http-parameters.js';
import { type Place } from '../../cloudformation-error.js';
import { type Node } from '../../document.js';
import { type Report, type Subject } from '../subject.js';
import { type LintedIntegration } from '../template-apis.js';

/** Reports mappings outside the grammar, and those of reserved headers (H8.01 to H8.07, H8.20). */
export function checkHttpMappings(subject: Subject, { resource }: LintedIntegration, report: Report): void {
  // its parameters are those of the action
  const isAction = resource.properties.has('IntegrationSubtype');
  const check = (at: Place, parse: () => unknown) => {
    const problem = problemOf(parse);
    if (problem !== undefined) report('http-mapping', at, `${resource.logicalId}: ${problem}`);
  };
  for (const { key, at, text } of isAction ? [] : subject.map(resource, 'RequestParameters')) {
    if (text !== undefined) check(at, () => parseHttpRequestMapping(key, text));
  }
  const apiForm = ofStatuses(subject, resource.properties).find(
    (node) => node.kind === 'dictionary' && [...node.entries.keys()].some((key) => key.includes(':')),
  );
  if (apiForm !== undefined) {
    const message = `${resource.logicalId}: the response mappings have the form of the API, not that of CloudFormation`;
    report('http-mapping', apiForm.at, message, {
      fix: "{'200': {ResponseParameters: [{Destination, Source}]}}",
    });
  }
  for (const { at, destination, source } of responseMappings(subject, resource.properties)) {
    check(at, () => parseHttpResponseMapping(destination, source));
  }
}

function problemOf(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
}

interface ResponseMapping {
  readonly at: Place;
  readonly destination: string;
  readonly source: string;
}

/** In CloudFormation's form (H8.26): `{status: {ResponseParameters: [{Destination, Source}]}}`. */
function responseMappings(
  subject: Subject,
  properties: LintedIntegration['resource']['properties'],
): readonly ResponseMapping[] {
  return ofStatuses(subject, properties)
    .flatMap((ofStatus) => itemsOf(memberOf(ofStatus, 'ResponseParameters')))
    .flatMap((item) => {
      const [destination, source] = ['Destination', 'Source'].map((name) =>
        subject.value(memberOf(item, name)),
      );
      if (typeof destination !== 'string' || typeof source !== 'string') return [];
      return [{ at: item.at, destination, source }];
    });
}

/** What `ResponseParameters` has for each status. */
const ofStatuses = (subject: Subject, properties: LintedIntegration['resource']['properties']) =>
  valuesOf(subject.selectedBranch(properties.get('ResponseParameters')?.value));

const memberOf = (node: Node | undefined, name: string): Node | undefined =>
  node?.kind === 'dictionary' ? node.entries.get(name)?.value : undefined;

const valuesOf = (node: Node | undefined): readonly Node[] =>
  node?.kind === 'dictionary' ? [...node.entries.values()].map(({ value }) => value) : [];

const itemsOf = (node: Node | undefined): readonly Node[] => (node?.kind === 'list' ? node.items : []);
