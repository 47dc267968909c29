import { INTEGRATION_TIMEOUT_MS } from '../../silent/control-choices.js';
import { asNumber } from '../wire-input.js';
import { type Check, type Report, type Subject } from './subject.js';
import { type LintedIntegration, webSocketApis } from './template-apis.js';

/** Checks an integration's connection id, handshake headers, VPC link, method, URI, templates and timeout. */
export const checkIntegrations: Check = (subject, report) => {
  for (const { integrations } of webSocketApis(subject)) {
    for (const integration of integrations) {
      checkConnectionId(subject, integration, report);
      checkVpcLink(subject, integration, report);
      checkUpgradeHeaders(subject, integration, report);
      checkMethod(subject, integration, report);
      checkConnectionsUri(subject, integration, report);
      checkTemplateKeys(subject, integration, report);
      checkTimeout(subject, integration, report);
    }
  }
};

function checkConnectionId(subject: Subject, { resource, routes }: LintedIntegration, report: Report): void {
  const type = subject.text(resource, 'IntegrationType');
  if (routes.length === 0 || (type !== 'HTTP' && type !== 'HTTP_PROXY')) return;
  const mappings = subject
    .map(resource, 'RequestParameters')
    .filter(({ key }) => /^integration\.request\.\w+\./.test(key));
  const isMapped = mappings.some(({ text }) => text === 'context.connectionId');
  const isInTemplate =
    type === 'HTTP' &&
    subject
      .map(resource, 'RequestTemplates')
      .some(({ text }) => /\$(!?\{)?context\.connectionId\b/.test(text ?? ''));
  if (isMapped || isInTemplate) return;
  const misspelt = mappings.find(({ text }) => text?.toLowerCase() === 'context.connectionid');
  const hint = misspelt?.text === undefined ? '' : `: ${misspelt.key} is mapped from ${misspelt.text}`;
  const keys = routes.map(({ key }) => key).join(', ');
  report(
    'no-connection-id',
    resource.at,
    `${resource.logicalId} (${keys}) does not send the connectionId to its backend${hint}${hint && ', did you mean context.connectionId?'}`,
  );
}

function checkVpcLink(subject: Subject, { resource }: LintedIntegration, report: Report): void {
  const link = subject.template.resources.get(subject.text(resource, 'ConnectionId') ?? '');
  if (link?.type !== 'AWS::ApiGatewayV2::VpcLink') return;
  report(
    'v2-vpc-link',
    subject.at(resource, 'ConnectionId'),
    `${resource.logicalId} uses ${link.logicalId}, a VPC link of v2`,
  );
}

function checkMethod(subject: Subject, { resource }: LintedIntegration, report: Report): void {
  if (subject.text(resource, 'IntegrationMethod') !== 'ANY') return;
  report(
    'method-any',
    subject.at(resource, 'IntegrationMethod'),
    `${resource.logicalId} has IntegrationMethod ANY`,
  );
}

/** C3: a mapped header replaces the client's own. */
function checkUpgradeHeaders(
  subject: Subject,
  { resource, routes }: LintedIntegration,
  report: Report,
): void {
  if (subject.text(resource, 'IntegrationType') !== 'HTTP_PROXY') return;
  if (!routes.some(({ key }) => key === '$connect')) return;
  const isMapped = subject
    .map(resource, 'RequestParameters')
    .some(({ key }) => key.toLowerCase() === 'integration.request.header.sec-websocket-version');
  if (isMapped) return;
  report(
    'upgrade-headers',
    resource.at,
    `${resource.logicalId} ($connect) passes Sec-WebSocket-* headers on to its backend`,
  );
}

function checkConnectionsUri(subject: Subject, { resource }: LintedIntegration, report: Report): void {
  const uri = subject.text(resource, 'IntegrationUri');
  if (!/^arn:[^:]*:apigateway:[^:]*:execute-api:path\//.test(uri ?? '')) return;
  report(
    'connections-uri',
    subject.at(resource, 'IntegrationUri'),
    `${resource.logicalId} has the IntegrationUri '${uri}', which names no API`,
  );
}

/** Finds content types as keys, which the expression never has as its value. */
function checkTemplateKeys(subject: Subject, { resource }: LintedIntegration, report: Report): void {
  const expression = subject.text(resource, 'TemplateSelectionExpression') ?? '\\$default';
  if (/(^|[^\\])\$/.test(expression)) return;
  for (const { key, at } of subject.map(resource, 'RequestTemplates')) {
    if (!/^[\w.+-]+\/[\w.+*-]+$/.test(key) || key === expression) continue;
    report('template-key', at, `${resource.logicalId}: no message selects the template '${key}'`);
  }
}

function checkTimeout(subject: Subject, { resource }: LintedIntegration, report: Report): void {
  const timeout = asNumber(subject.value(resource.properties.get('TimeoutInMillis')?.value));
  const { min, max } = INTEGRATION_TIMEOUT_MS;
  if (typeof timeout !== 'number' || (timeout >= min && timeout <= max)) return;
  report(
    'timeout-range',
    subject.at(resource, 'TimeoutInMillis'),
    `${resource.logicalId} has TimeoutInMillis ${timeout}`,
  );
}
