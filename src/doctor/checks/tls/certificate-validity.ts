import { type Certificate } from '../../aws/certificates.js';
import { type Check, type Finding, findings, skip } from '../../check.js';
import { type Facts } from '../../facts/facts.js';
import { NothingThereError } from '../../aws/read.js';
import { READ_VPC_LINK } from '../../permissions.js';

/** ACM renews 60 days before the end, so that one which is this near has not been renewed. */
const NEAR_DAYS = 30;

export const certificateValidity: Check = {
  id: 'certificates',
  group: 'tls',
  title: 'the certificates are valid',
  severity: 'problem',
  reason:
    'clients refuse a domain name, and API Gateway a load balancer, whose certificate has expired or is not issued',
  fix: 'renew or import it: ACM renews by itself only what it has issued, and only while the DNS record of its validation exists',
  section: '26',
  permissions: [
    ...READ_VPC_LINK,
    'apigateway:GET /domainnames',
    'elasticloadbalancing:DescribeListeners',
    'acm:DescribeCertificate',
  ],
  async run(facts) {
    const arns = await certificateArns(facts);
    if (arns.length === 0) return skip('neither a domain name nor a listener has a certificate');
    const found = await Promise.all(arns.map((arn) => facts.backend.certificate(arn)));
    return findings(
      found.flatMap(findingsFor),
      found.map((each) => `${each.names[0] ?? each.arn} until ${dateOf(each)}`).join(', '),
    );
  },
};

async function certificateArns({ api, backend }: Facts): Promise<readonly string[]> {
  const [domains, listeners] = await Promise.all([
    api.domainNames(),
    backend
      .loadBalancerArns()
      .then((arns) => Promise.all(arns.map((arn) => backend.listeners(arn))))
      .catch(orNone),
  ]);
  return [
    ...new Set([...domains, ...listeners.flat()].flatMap(({ certificateArn }) => certificateArn ?? [])),
  ];
}

/** An API without a VPC link still may have a domain name. */
function orNone(error: unknown): readonly [] {
  if (error instanceof NothingThereError) return [];
  throw error;
}

function findingsFor(certificate: Certificate): readonly Finding[] {
  const { names, arn, status, expiresAt, type } = certificate;
  const name = names[0] ?? arn;
  if (status !== 'ISSUED') return [{ seen: `the certificate of ${name} is ${status}` }];
  const days = expiresAt === undefined ? Infinity : (expiresAt.getTime() - Date.now()) / 86_400_000;
  if (days < 0) return [{ seen: `the certificate of ${name} expired on ${dateOf(certificate)}` }];
  return days < NEAR_DAYS
    ? [{ severity: 'warning', seen: `the certificate of ${name} (${type}) ends on ${dateOf(certificate)}` }]
    : [];
}

const dateOf = ({ expiresAt }: Certificate) => expiresAt?.toISOString().slice(0, 10) ?? 'an unknown day';
