/**
 * IAM policies: of identities, from `--policy`, and those that a Lambda authorizer returns. Pure.
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

/** Any of the patterns, or none of them for NotAction and NotResource. */
interface Patterns {
  readonly isNegated: boolean;
  readonly patterns: readonly RegExp[];
}

/** Without a statement that speaks of it, everything is denied, implicitly. */
export type Decision = 'allowed' | 'explicitDeny' | 'implicitDeny';

/** @param resource matched literally: of `@connections` it ends in the text `{connectionId}`, never in an id */
export function evaluatePolicy({ statements }: Policy, action: string, resource: string): Decision {
  const effects = statements
    .filter(({ actions, resources }) => matches(actions, action) && matches(resources, resource))
    .map(({ effect }) => effect);
  if (effects.includes('Deny')) return 'explicitDeny';
  return effects.includes('Allow') ? 'allowed' : 'implicitDeny';
}

/** @throws {PolicyError} it is no policy, or one with something that is not evaluated here */
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

/** Says what is wrong with a policy, at which of its statements, and what it should be. */
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
    // actions are named in any case, resources only in their own
    actions: parsePatterns({ Action, NotAction }, where, 'i'),
    resources: parsePatterns({ Resource, NotResource }, where, ''),
  };
}

/** @param elements an element and its negation, of which a statement has exactly one */
function parsePatterns(elements: Readonly<Record<string, unknown>>, where: string, flags: string): Patterns {
  const [name, value, ...more] = Object.entries(elements)
    .filter(([, given]) => given !== undefined)
    .flat();
  if (typeof name !== 'string' || more.length > 0) {
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
        `${where}: ${name} has '${text}': policy variables are not evaluated here; write the value out, or *`,
      );
    }
    return new RegExp(
      `^${text
        .replaceAll(/[^\w*?]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
      flags,
    );
  });
  return { isNegated: name.startsWith('Not'), patterns };
}

const matches = ({ isNegated, patterns }: Patterns, text: string) =>
  patterns.some((pattern) => pattern.test(text)) !== isNegated;

function asObject(json: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
    return json as Readonly<Record<string, unknown>>;
  }
  throw new PolicyError(`${where} must be a JSON object`);
}

/** What is not understood must not be taken as granted, nor as denied. */
function refuseOthers(others: Readonly<Record<string, unknown>>, where: string): void {
  const [name] = Object.keys(others);
  if (name === undefined) return;
  if (name === 'Condition') {
    throw new PolicyError(
      `${where}: Condition is not evaluated here; leave it out, and add a statement for what it would allow or deny`,
    );
  }
  throw new PolicyError(`${where}: '${name}' is no element of an identity's policy`);
}
