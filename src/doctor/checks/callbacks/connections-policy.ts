import { type Simulation } from '../../aws/identity.js';
import { type Check, type Finding, findings, skip } from '../../check.js';
import { type Facts } from '../../facts/facts.js';
import { READ_TASK_DEFINITIONS } from '../../permissions.js';

const ACTION = 'execute-api:ManageConnections';

export const connectionsPolicy: Check = {
  id: 'connections-policy',
  group: 'callbacks',
  title: 'the backend may post to connections',
  severity: 'problem',
  reason:
    'AWS compares the resource with …/{stage}/{VERB}/@connections/{connectionId} as literal text, so it denies …/POST/@connections and any concrete id (recorded 2026-09)',
  fix: 'allow execute-api:ManageConnections on arn:{partition}:execute-api:{region}:{account}:{api}/{stage}/*',
  section: '15',
  permissions: [...READ_TASK_DEFINITIONS, 'iam:SimulatePrincipalPolicy'],
  async run(facts) {
    const roles = await rolesOf(facts);
    if (roles.length === 0) return skip('the tasks have no role: give --role ARN');
    const { partition, accountId } = facts.target.caller;
    const { region, apiId, stageName } = facts.target;
    const verbs = ['POST', 'GET', 'DELETE'];
    const prefix = `arn:${partition}:execute-api:${region}:${accountId}:${apiId}/${stageName}`;
    const resources = verbs.map((verb) => `${prefix}/${verb}/@connections/{connectionId}`);
    const found: Finding[] = [];
    for (const role of roles) {
      for (const simulation of await facts.simulate(role, ACTION, resources)) {
        const verb = verbs.find((each) => simulation.resource.includes(`/${each}/`)) ?? 'POST';
        if (simulation.decision !== 'allowed') found.push(describe(role, verb, simulation));
      }
    }
    return findings(found, roles.join(', '));
  },
};

const rolesOf = async ({ target, backend }: Facts): Promise<readonly string[]> => {
  if (target.roleArn !== undefined) return [target.roleArn];
  return [...new Set((await backend.taskDefinitions()).flatMap(({ roleArn }) => roleArn ?? []))];
};

function describe(role: string, verb: string, simulation: Simulation): Finding {
  // a backend that neither reads nor closes connections does not need the other two
  const severity = verb === 'POST' ? 'problem' : 'warning';
  const what = `${role} may not ${verb} …/@connections/{connectionId}`;
  if (simulation.isDeniedByOrganization) {
    return {
      severity,
      seen: `${what}: a service control policy of the organization denies it`,
      fix: 'ask an administrator of the organization to allow execute-api:ManageConnections in this account',
    };
  }
  if (simulation.isDeniedByBoundary) {
    return {
      severity,
      seen: `${what}: the permissions boundary of the role does not allow it`,
      fix: 'allow execute-api:ManageConnections in the permissions boundary as well',
    };
  }
  return simulation.decision === 'explicitDeny'
    ? { severity, seen: `${what}: a policy denies it explicitly`, fix: 'remove the Deny, or narrow it' }
    : { severity, seen: `${what}: no policy of the role allows it` };
}
