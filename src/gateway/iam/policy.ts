import { matchesWildcards } from '../wildcards.js';

/**
 * An IAM policy: of an identity, from `--policy`, or the result of a Lambda authorizer.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 */
export interface Policy {
  readonly statements: readonly Statement[];
}

interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Patterns;
  readonly resources: Patterns;
}

/** Matches any of the patterns; with NotAction and NotResource none of them. */
interface Patterns {
  readonly isNegated: boolean;
  /** Actions in lower case. */
  readonly patterns: readonly string[];
}

/** A request that no statement matches is denied implicitly. */
export type Decision = 'allowed' | 'explicitDeny' | 'implicitDeny';

/** @param resource that of `@connections` ends in the literal text `{connectionId}`, never in an id */
export function evaluatePolicy({ statements }: Policy, action: string, resource: string): Decision {
  const effects = statements
    .filter(
      ({ actions, resources }) => matches(actions, action.toLowerCase()) && matches(resources, resource),
    )
    .map(({ effect }) => effect);
  if (effects.includes('Deny')) return 'explicitDeny';
  return effects.includes('Allow') ? 'allowed' : 'implicitDeny';
}

/** @throws {PolicyError} the document is not a policy, or has an element that is not supported */
export function parsePolicy(document: unknown): Policy {
  const { Version, Id, Statement, ...others } = asObject(document, 'the policy');
  refuseOthers(others, 'the policy');
  if (Version !== undefined && Version !== '2012-10-17' && Version !== '2008-10-17') {
    throw new PolicyError(`Version is ${JSON.stringify(Version)}: it must be "2012-10-17"`);
  }
  if (Id !== undefined && typeof Id !== 'string') throw new PolicyError('Id must be a string');
  if (Statement === undefined) throw new PolicyError('it has no Statement');
  const statements: readonly unknown[] = Array.isArray(Statement) ? Statement : [Statement];
  return { statements: statements.map((statement, index) => parseStatement(statement, index)) };
}

/** The problem of a policy: the statement, its value, and what is expected. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

function parseStatement(json: unknown, index: number): Statement {
  const where = `Statement ${index + 1}`;
  const { Sid, Effect, Action, NotAction, Resource, NotResource, ...others } = asObject(json, where);
  refuseOthers(others, where);
  if (Sid !== undefined && typeof Sid !== 'string') throw new PolicyError(`${where}: Sid must be a string`);
  if (Effect !== 'Allow' && Effect !== 'Deny') {
    throw new PolicyError(`${where}: Effect is ${JSON.stringify(Effect)}: it must be "Allow" or "Deny"`);
  }
  return {
    effect: Effect,
    // actions are case-insensitive, resources case-sensitive
    actions: lowerCase(parsePatterns({ Action, NotAction }, where)),
    resources: parsePatterns({ Resource, NotResource }, where),
  };
}

/** @param elements an element and its negation, of which a statement has exactly one */
function parsePatterns(elements: Readonly<Record<string, unknown>>, where: string): Patterns {
  const [name, value, ...others] = Object.entries(elements)
    .filter(([, element]) => element !== undefined)
    .flat();
  if (typeof name !== 'string' || others.length > 0) {
    throw new PolicyError(
      `${where}: it must have ${Object.keys(elements).join(' or ')}, and only one of them`,
    );
  }
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (texts.length === 0) throw new PolicyError(`${where}: ${name} is empty: it must name at least one`);
  const patterns = texts.map((text) => {
    if (typeof text !== 'string') {
      throw new PolicyError(`${where}: ${name} must be a string or a list of strings`);
    }
    if (text.includes('${')) {
      throw new PolicyError(
        `${where}: ${name} has '${text}': policy variables are not supported; write the value, or *`,
      );
    }
    return text;
  });
  return { isNegated: name.startsWith('Not'), patterns };
}

const matches = ({ isNegated, patterns }: Patterns, text: string) =>
  patterns.some((pattern) => matchesWildcards(pattern, text)) !== isNegated;

const lowerCase = ({ isNegated, patterns }: Patterns): Patterns => ({
  isNegated,
  patterns: patterns.map((pattern) => pattern.toLowerCase()),
});

function asObject(json: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
    return json as Readonly<Record<string, unknown>>;
  }
  throw new PolicyError(`${where} must be a JSON object`);
}

/** An element that is not supported is an error: it must neither allow nor deny. */
function refuseOthers(others: Readonly<Record<string, unknown>>, where: string): void {
  const [name] = Object.keys(others);
  if (name === undefined) return;
  if (name === 'Condition') {
    throw new PolicyError(
      `${where}: Condition is not supported; remove it, and add a statement for what it would allow or deny`,
    );
  }
  throw new PolicyError(`${where}: '${name}' is not an element of an identity-based policy`);
}
