import { ExpressionError } from '../../mapping/expression-error.js';
import { parseHttpRequestMapping } from '../../mapping/http-parameters.js';
import { type Resource } from '../template.js';
import { asNumber } from '../wire-input.js';
import { type Check, type Report, type Subject } from './subject.js';
import { httpApis, type LintedApi, type LintedIntegration } from './template-apis.js';

/** Checks HTTP APIs for what AWS refuses in one place each, and for what it accepts and does not serve as meant. */
export const checkHttpApis: Check = (subject, report) => {
  for (const api of httpApis(subject)) {
    for (const integration of api.integrations) {
      checkMappings(subject, integration, report);
      if (subject.text(integration.resource, 'ConnectionType') !== 'VPC_LINK') continue;
      checkSentPath(subject, api, integration, report);
      checkListener(subject, integration, report);
      checkService(subject, integration, report);
    }
    checkPreflights(subject, api, report);
  }
};

function checkMappings(subject: Subject, { resource }: LintedIntegration, report: Report): void {
  // its parameters are those of the action
  if (resource.properties.has('IntegrationSubtype')) return;
  for (const { key, at, text } of subject.map(resource, 'RequestParameters')) {
    if (text === undefined) continue;
    try {
      parseHttpRequestMapping(key, text);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      report('http-mapping', at, `${resource.logicalId}: ${error.message}`);
    }
  }
}

/** H5.05. */
function checkSentPath(
  subject: Subject,
  { stages }: LintedApi,
  { resource }: LintedIntegration,
  report: Report,
): void {
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

/** H5.03. */
function checkListener(subject: Subject, { resource }: LintedIntegration, report: Report): void {
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
function checkService(subject: Subject, { resource }: LintedIntegration, report: Report): void {
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

/** H3.03. */
function checkPreflights(subject: Subject, { api, routes }: LintedApi, report: Report): void {
  if (!api?.properties.has('CorsConfiguration')) return;
  const keys = routes.map(({ key }) => key);
  for (const { resource, key } of routes) {
    const [, path] = key.match(/^ANY (\/.*)$/) ?? (key === '$default' ? [key, '/{proxy+}'] : []);
    const type = subject.text(resource, 'AuthorizationType') ?? 'NONE';
    if (path === undefined || type === 'NONE' || keys.includes(`OPTIONS ${path}`)) continue;
    report(
      'preflight-authorization',
      subject.at(resource, 'AuthorizationType'),
      `${resource.logicalId} (${key}) also takes preflights, and requires ${type} of them`,
      { fix: `add a route OPTIONS ${path} without authorization, or list the methods instead of ANY` },
    );
  }
}
