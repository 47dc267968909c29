import { matchesWildcards } from '../../wildcards.js';
import { type Node } from '../document.js';
import { type Value } from '../evaluator.js';
import { type Check, type Subject } from './subject.js';

/**
 * Finds statements of IAM policies, anywhere in the template, that are meant to allow `@connections` and on AWS do not.
 */
export const checkPolicies: Check = (subject, report) => {
  for (const node of subject.nodes()) {
    if (node.kind !== 'dictionary') continue;
    const [effect, action, resource] = ['Effect', 'Action', 'Resource'].map(
      (key) => node.entries.get(key)?.value,
    );
    if (action === undefined || resource === undefined || subject.value(effect) !== 'Allow') continue;
    const actions = asTexts(subject.value(action));
    const resources = resourcesOf(subject, resource).filter(({ arn }) => isMeant(arn, actions));
    const [first] = resources;
    if (first === undefined || resources.some(({ arn }) => isAllowed(arn))) continue;
    const list = resources.map(({ arn }) => arn).join(', ');
    report('connections-policy', first.at, `AWS denies every @connections request under ${list}`);
  }
};

const asTexts = (value: Value | undefined): readonly string[] =>
  [value ?? []].flat().filter((item) => typeof item === 'string');

function resourcesOf(subject: Subject, node: Node) {
  const selected = subject.selectedBranch(node);
  const items = selected?.kind === 'list' ? selected.items : [selected ?? node];
  return items.flatMap((item) => asTexts(subject.value(item)).map((arn) => ({ arn, at: item.at })));
}

/** Whether the statement is about `@connections`: other actions have resources of other forms. */
function isMeant(arn: string, actions: readonly string[]): boolean {
  if (!/^arn:[^:]*:execute-api:/.test(arn)) return false;
  if (actions.some((action) => action.toLowerCase() === 'execute-api:manageconnections')) return true;
  const isWide = actions.some((action) =>
    matchesWildcards(action.toLowerCase(), 'execute-api:manageconnections'),
  );
  return isWide && arn.includes('@connections');
}

/** Whether the pattern allows any request to the API and stage that it names. */
function isAllowed(arn: string): boolean {
  const pattern = arn.split(':').slice(5).join(':');
  const [api = '', stage = ''] = pattern.split('/');
  const path = `${literal(api, 'api')}/${stage.startsWith('@') ? 'stage' : literal(stage, 'stage')}`;
  return ['POST', 'GET', 'DELETE'].some((verb) =>
    matchesWildcards(pattern, `${path}/${verb}/@connections/{connectionId}`),
  );
}

const literal = (segment: string, otherwise: string) =>
  segment === '' || /[*?]/.test(segment) ? otherwise : segment;
