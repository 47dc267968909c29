import { describe, expect, it } from 'vitest';
import { evaluatePolicy, parsePolicy, PolicyError } from '../../../src/gateway/iam/policy.js';

const MANAGE = 'execute-api:ManageConnections';
const API = 'arn:aws:execute-api:us-east-1:000000000000:abc123';
const POST = `${API}/dev/POST/@connections/{connectionId}`;

const allow = (Resource: unknown, Action: unknown = MANAGE) => ({ Effect: 'Allow', Action, Resource });

const decide = (Statement: unknown, { action = MANAGE, resource = POST } = {}) =>
  evaluatePolicy(parsePolicy({ Version: '2012-10-17', Statement }), action, resource);

describe('a policy for @connections', () => {
  // the cases recorded from AWS, 2026-09-25
  it.each([
    ['implicitDeny', 'the documented form, which has no wildcard', `${API}/dev/POST/@connections`],
    ['implicitDeny', 'one that names a connection', `${API}/dev/POST/@connections/gbgBEG6oLQAYKEhVEA==`],
    ['allowed', 'one that names the literal text {connectionId}', POST],
    ['allowed', 'one for the whole API', `${API}/*`],
  ] as const)('is %s by %s', (decision, _, resource) => {
    expect(decide(allow(resource))).toBe(decision);
  });

  it.each([
    ['allowed', `${API}/dev/POST/@connections/*`],
    ['allowed', `${API}/dev/*`],
    ['allowed', `${API}/*/POST/*`],
    ['allowed', 'arn:aws:execute-api:*:*:abc???/*'],
    ['allowed', '*'],
    ['implicitDeny', `${API}/dev/GET/@connections/*`],
    ['implicitDeny', `${API}/prod/*`],
    ['implicitDeny', API],
    ['implicitDeny', `${API.toUpperCase()}/*`],
    ['implicitDeny', 'arn:aws:execute-api:*:*:abc??/*'],
    // of the wildcards only * and ? are special
    ['implicitDeny', `${API}/dev/POST.@connections.{connectionId}`],
    ['implicitDeny', '.*'],
  ] as const)('is %s for POST by %s', (decision, resource) => {
    expect(decide(allow(resource))).toBe(decision);
  });
});

describe('a policy', () => {
  it.each([
    ['allowed', 'execute-api:*'],
    ['allowed', 'EXECUTE-API:manageconnections'],
    ['allowed', ['execute-api:Invoke', MANAGE]],
    ['implicitDeny', 'execute-api:Invoke'],
    ['implicitDeny', 'execute-api:Manage'],
  ] as const)('is %s by the action %j', (decision, action) => {
    expect(decide(allow('*', action))).toBe(decision);
  });

  it('denies even if another statement allows, in any order', () => {
    const deny = { Effect: 'Deny', Action: '*', Resource: `${API}/dev/POST/*` };
    expect(decide([allow('*'), deny])).toBe('explicitDeny');
    expect(decide([deny, allow('*')])).toBe('explicitDeny');
    expect(decide([deny, allow('*')], { resource: `${API}/dev/GET/@connections/{connectionId}` })).toBe(
      'allowed',
    );
  });

  it('reads NotAction and NotResource as everything else', () => {
    const but = (NotAction: string, NotResource: string) =>
      decide({ Effect: 'Allow', NotAction, NotResource });
    expect(but('execute-api:Invoke', `${API}/prod/*`)).toBe('allowed');
    expect(but(MANAGE, `${API}/prod/*`)).toBe('implicitDeny');
    expect(but('execute-api:Invoke', `${API}/dev/*`)).toBe('implicitDeny');
  });

  it('allows nothing without a statement', () => {
    expect(decide([])).toBe('implicitDeny');
  });

  it.each([
    ['no object', []],
    ['no Statement', { Version: '2012-10-17' }],
    ['another Version', { Version: '2020-01-01', Statement: [] }],
    ['an invalid statement', { Statement: ['Allow'] }],
    ['no Effect', { Statement: { Action: '*', Resource: '*' } }],
    ['an Effect in small letters', { Statement: { Effect: 'allow', Action: '*', Resource: '*' } }],
    ['no Action', { Statement: { Effect: 'Allow', Resource: '*' } }],
    ['no Resource', { Statement: { Effect: 'Allow', Action: '*' } }],
    ['Action and NotAction', { Statement: { ...allow('*'), NotAction: '*' } }],
    ['an empty list', { Statement: allow([]) }],
    ['a number for a resource', { Statement: allow([1]) }],
    ['a policy variable', { Statement: allow('arn:aws:execute-api:*:*:${aws:username}/*') }],
    ['a misspelt element', { Statement: { ...allow('*'), Resources: '*' } }],
    ['a Principal', { Statement: { ...allow('*'), Principal: '*' } }],
  ])('is refused with %s', (_, document) => {
    expect(() => parsePolicy(document)).toThrow(PolicyError);
  });

  it('is refused with a Condition', () => {
    const Condition = { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } };
    expect(() => decide([allow('*'), { ...allow('*'), Condition }])).toThrow(
      /^Statement 2: Condition is not supported/,
    );
  });
});
