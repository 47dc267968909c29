import { type Check, type Finding, findings, skip } from '../../check.js';
import { type Facts } from '../../facts/facts.js';
import { READ_VPC_LINK } from '../../permissions.js';

export const certificateName: Check = {
  id: 'certificate-name',
  group: 'tls',
  title: 'API Gateway accepts the certificate of the load balancer',
  severity: 'problem',
  reason:
    'for an https IntegrationUri API Gateway verifies that the certificate is publicly trusted and has the host name of the URI; the name of the load balancer is never on it',
  fix: 'use a name of the certificate as the host of the IntegrationUri (it need not resolve: the link finds the load balancer), and a public certificate; then deploy',
  section: '1',
  permissions: [...READ_VPC_LINK, 'elasticloadbalancing:DescribeListeners', 'acm:DescribeCertificate'],
  async run(facts) {
    const integrations = await facts.backend.privateIntegrations();
    const urls = integrations.flatMap(({ uri = '' }) => URL.parse(uri) ?? []);
    const secure = [...new Map(urls.map((url) => [url.origin, url])).values()].filter(
      ({ protocol }) => protocol === 'https:',
    );
    if (secure.length === 0) return skip('no private integration uses https');
    const found = await Promise.all(secure.map((url) => findingsFor(url, facts)));
    return findings(found.flat(), secure.map(({ hostname }) => hostname).join(', '));
  },
};

async function findingsFor(url: URL, { backend }: Facts): Promise<readonly Finding[]> {
  const arns = await backend.loadBalancerArns();
  const listeners = (await Promise.all(arns.map((arn) => backend.listeners(arn)))).flat();
  const port = Number(url.port || 443);
  const certificateArn = listeners.find((each) => each.port === port)?.certificateArn;
  // a TCP listener: the certificate is that of the targets, which no call shows
  if (certificateArn === undefined) return [];
  const { names, type } = await backend.certificate(certificateArn);
  return [
    ...(names.some((name) => matches(name, url.hostname))
      ? []
      : [{ seen: `${url.origin}: the certificate is for ${names.join(', ')}` }]),
    ...(type === 'PRIVATE' ? [{ seen: `${url.origin}: the certificate is of a private authority` }] : []),
  ];
}

const matches = (name: string, host: string) =>
  name === host || (name.startsWith('*.') && host.slice(host.indexOf('.')) === name.slice(1));
