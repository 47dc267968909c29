import { type Resource } from '../../template.js';
import { asNumber } from '../../wire-input.js';
import { type Report, type Subject } from '../subject.js';
import { type LintedApi, type LintedIntegration } from '../template-apis.js';

/** Checks an integration through a VPC link (H5). */
export function checkPrivateIntegration(
  subject: Subject,
  api: LintedApi,
  { resource }: LintedIntegration,
  report: Report,
): void {
  if (subject.text(resource, 'ConnectionType') !== 'VPC_LINK') return;
  checkSentPath(subject, api, resource, report);
  checkLink(subject, resource, report);
  checkLoadBalancer(subject, resource, report);
  checkListener(subject, resource, report);
  checkService(subject, resource, report);
}

/** H5.05. */
function checkSentPath(subject: Subject, { stages }: LintedApi, resource: Resource, report: Report): void {
  const named = stages.find((stage) => (subject.text(stage, 'StageName') ?? '$default') !== '$default');
  if (named === undefined) return;
  if (subject.map(resource, 'RequestParameters').some(({ key }) => key === 'overwrite:path')) return;
  const name = subject.text(named, 'StageName');
  report(
    'stage-in-path',
    resource.at,
    `${resource.logicalId} sends /${name}/… to its backend for requests to the stage ${name}`,
  );
}

/** H5.01. */
function checkLink(subject: Subject, resource: Resource, report: Report): void {
  const link = subject
    .resources('AWS::ApiGateway::VpcLink')
    .find((each) => subject.ref(each) === subject.text(resource, 'ConnectionId'));
  if (link === undefined) return;
  report(
    'v1-vpc-link',
    subject.at(resource, 'ConnectionId'),
    `${resource.logicalId} uses ${link.logicalId}, a VPC link of v1`,
  );
}

/** H5.02. */
function checkLoadBalancer(subject: Subject, resource: Resource, report: Report): void {
  const uri = subject.text(resource, 'IntegrationUri') ?? '';
  const [, name] = uri.match(/:elasticloadbalancing:[^:]*:[^:]*:loadbalancer\/(?:\w+\/)?([^/]+)/) ?? [];
  if (name === undefined) return;
  const listener = subject
    .resources('AWS::ElasticLoadBalancingV2::Listener')
    .find((each) => subject.text(each, 'LoadBalancerArn') === uri);
  report(
    'load-balancer-arn',
    subject.at(resource, 'IntegrationUri'),
    `${resource.logicalId} has the ARN of the load balancer ${name} as its IntegrationUri`,
    listener && { fix: `IntegrationUri: {Ref: ${listener.logicalId}}` },
  );
}

/** H5.03. */
function checkListener(subject: Subject, resource: Resource, report: Report): void {
  const listener = targetOf(subject, resource, 'AWS::ElasticLoadBalancingV2::Listener');
  if (listener === undefined || resource.properties.has('TlsConfig')) return;
  const protocol = subject.text(listener, 'Protocol');
  const port = asNumber(subject.value(listener.properties.get('Port')?.value));
  if (protocol !== 'HTTPS' && protocol !== 'TLS' && port !== 443) return;
  report(
    'plain-to-tls-listener',
    subject.at(resource, 'IntegrationUri'),
    `${resource.logicalId} sends plain HTTP to ${listener.logicalId}, which expects TLS`,
  );
}

/** H5.10. */
function checkService(subject: Subject, resource: Resource, report: Report): void {
  const service = targetOf(subject, resource, 'AWS::ServiceDiscovery::Service');
  const dns = service?.properties.get('DnsConfig')?.value;
  if (service === undefined || dns === undefined) return;
  const { DnsRecords: records } = (subject.value(dns) ?? {}) as { readonly DnsRecords?: unknown };
  const types = (Array.isArray(records) ? records : []).map(
    (record: unknown) => (record as { readonly Type?: unknown }).Type,
  );
  if (types.length === 0 || types.includes('SRV')) return;
  report(
    'cloud-map-port',
    subject.at(resource, 'IntegrationUri'),
    `${resource.logicalId} leads to ${service.logicalId}, whose DNS records (${types.join(', ')}) have no port`,
  );
}

/** The resource of the template, of a type, to which the URI of a private integration refers. */
function targetOf(subject: Subject, integration: Resource, type: string): Resource | undefined {
  const [uri] = (subject.text(integration, 'IntegrationUri') ?? '').split('?');
  return subject.resources(type).find((resource) => uri !== undefined && subject.arn(resource) === uri);
}
