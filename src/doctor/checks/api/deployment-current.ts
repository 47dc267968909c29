import { type Change } from '../../aws/monitoring.js';
import { type Check, findings, pass, skip } from '../../check.js';
import { READ_API } from '../../permissions.js';

/** More are not shown. */
const SHOWN = 5;

export const deploymentCurrent: Check = {
  id: 'deployment-current',
  group: 'api',
  title: 'the deployment is newer than every change',
  severity: 'problem',
  reason:
    'a stage serves a deployment, which is a snapshot: changes of routes and integrations take effect with the next one only',
  fix: 'aws apigatewayv2 create-deployment --api-id {api} --stage-name {stage}',
  section: '19',
  permissions: [...READ_API, 'cloudtrail:LookupEvents'],
  async run({ api, changesSince }) {
    const { deploymentId, isAutoDeployed } = await api.stage();
    if (isAutoDeployed) return pass('each change is deployed automatically');
    const deployedAt = deploymentId === undefined ? undefined : await api.deploymentDate(deploymentId);
    if (deployedAt === undefined) return skip('the stage has no deployment');
    // AWS shows no time of the last change of a route or integration: only CloudTrail has it
    const { changes, isCut } = await changesSince(deployedAt);
    const when = `deployment ${deploymentId} of ${shortDate(deployedAt)}`;
    if (changes.length === 0) {
      return pass(`${when}${isCut ? '; only the newest 1,000 calls since were searched' : ''}`);
    }
    const more = changes.length > SHOWN ? [`and ${changes.length - SHOWN} more`] : [];
    const shown = [...changes.slice(-SHOWN).map(describe), ...more].join('; ');
    return findings([{ seen: `${when} is older than: ${shown}` }], '');
  },
};

const describe = ({ name, at, by, resource }: Change) =>
  `${name}${resource === undefined ? '' : ` ${resource}`} at ${shortDate(at)} by ${by}`;

/** `2026-11-28 10:05 UTC` */
const shortDate = (date: Date) => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
