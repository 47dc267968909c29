import { type Check, type Finding, findings, skip } from '../../check.js';
import { type DomainName } from '../../aws/domain-names.js';
import { type Resolve } from '../../facts/resolve.js';

export const domainDns: Check = {
  id: 'domain-dns',
  group: 'domains',
  title: 'DNS leads from each domain name to API Gateway',
  severity: 'problem',
  reason: 'the name has to be an alias of the target that API Gateway shows for it, not of the API itself',
  fix: 'make it a CNAME or a Route 53 alias of its ApiGatewayDomainName: aws apigatewayv2 get-domain-name',
  section: '26',
  permissions: ['apigateway:GET /domainnames'],
  async run({ api, resolve }) {
    const domains = (await api.domainNames()).filter(({ name }) => !name.startsWith('*.'));
    if (domains.length === 0) return skip('no custom domain name is mapped to the API');
    const found = await Promise.all(domains.map((domain) => findingsFor(domain, resolve)));
    return findings(found.flat(), domains.map(({ name, target }) => `${name} → ${target}`).join(', '));
  },
};

async function findingsFor({ name, target }: DomainName, resolve: Resolve): Promise<readonly Finding[]> {
  const [addresses, expected] = await Promise.all([resolve(name), resolve(target)]);
  if (addresses === undefined) return [{ seen: `${name} does not resolve from this machine` }];
  // the addresses of API Gateway rotate, but both names have some in common
  const leadsThere = expected === undefined || addresses.some((address) => expected.includes(address));
  return leadsThere
    ? []
    : [
        {
          severity: 'warning',
          seen: `${name} is ${addresses.join(', ')}, and ${target} is ${expected.join(', ')}`,
          fix: 'if a proxy or CDN of yours is in between, this is right; otherwise make the name an alias of its ApiGatewayDomainName',
        },
      ];
}
