import { type Check, findings, skip } from '../../check.js';
import { READ_VPC_LINK } from '../../permissions.js';

export const available: Check = {
  id: 'vpc-link-available',
  group: 'vpc-link',
  title: 'the VPC link is available',
  severity: 'problem',
  reason: 'a link that is pending or failed connects nothing: every event gets 500 or Internal server error',
  fix: 'PENDING: wait 2 to 4 minutes. FAILED: see the message, and create a new link; its load balancer must exist in this account',
  section: '1',
  permissions: READ_VPC_LINK,
  async run({ backend }) {
    const links = await backend.vpcLinks();
    if (links.length === 0) return skip('there is no VPC link of v1');
    return findings(
      links
        .filter(({ status }) => status !== 'AVAILABLE')
        .map(({ id, name, status, statusMessage }) => ({
          seen: `${id} (${name}) is ${status}${statusMessage ? `: ${statusMessage}` : ''}`,
        })),
      links.map(({ id, name }) => `${id} (${name})`).join(', '),
    );
  },
};
