import { type Check, findings, skip } from '../../check.js';

export const domainStatus: Check = {
  id: 'domain-name',
  group: 'domains',
  title: 'the custom domain names are available',
  severity: 'problem',
  reason: 'a domain name that is pending or failed serves nothing',
  fix: 'UPDATING: wait. PENDING_…: import or validate the certificate that the message names',
  section: '26',
  permissions: ['apigateway:GET /domainnames'],
  async run({ api }) {
    const domains = await api.domainNames();
    if (domains.length === 0) return skip('no custom domain name is mapped to the API');
    return findings(
      domains
        .filter(({ status }) => status !== 'AVAILABLE')
        .map(({ name, status, statusMessage }) => ({
          seen: `${name} is ${status}${statusMessage ? `: ${statusMessage}` : ''}`,
        })),
      domains.map(({ name }) => name).join(', '),
    );
  },
};
