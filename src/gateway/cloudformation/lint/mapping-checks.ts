import { ExpressionError } from '../../mapping/expression-error.js';
import { parseParameterMapping, type Source } from '../../mapping/request-parameters.js';
import { declarationsFor } from '../../silent/mapping-choices.js';
import { type Check, type MapEntry, type Report, type Subject } from './subject.js';
import { type LintedIntegration, type LintedRoute, webSocketApis } from './template-apis.js';

/** Checks each request parameter mapping. */
export const checkMappings: Check = (subject, report) => {
  for (const { integrations } of webSocketApis(subject)) {
    for (const integration of integrations) {
      for (const entry of subject.map(integration.resource, 'RequestParameters')) {
        const source = readSource(entry, report);
        if (source?.kind === 'handshake') checkHandshakeSource(subject, integration, entry, source, report);
      }
    }
  }
};

function readSource({ key, at, text, valueAt }: MapEntry, report: Report): Source | undefined {
  if (/^(append|overwrite|remove):/.test(key)) {
    report('http-api-grammar', at, `'${key}' is a destination of HTTP APIs`);
    return undefined;
  }
  if (text === undefined) return undefined;
  if (/^\$\{?(context|request|stageVariables)\./.test(text)) {
    report('http-api-grammar', valueAt, `'${text}' is a source of HTTP APIs`);
    return undefined;
  }
  try {
    return parseParameterMapping(key, text).source;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    report('bad-mapping', at, error.message);
    return undefined;
  }
}

function checkHandshakeSource(
  subject: Subject,
  { resource, routes }: LintedIntegration,
  { text, valueAt }: MapEntry,
  source: Source & { kind: 'handshake' },
  report: Report,
): void {
  const [connects, others] = [routes.filter(isConnect), routes.filter((route) => !isConnect(route))];
  if (others.length > 0) {
    const keys = others.map(({ key }) => key).join(', ');
    report('connect-only-source', valueAt, `'${text}' of ${resource.logicalId} has no value on ${keys}`, {
      // the integration is shared with $connect, where it has a value
      ...(connects.length > 0 && { severity: 'warning' }),
    });
  }
  for (const route of connects) {
    const declarations = declarationsFor(source.location, source.name);
    const isDeclared = subject
      .map(route.resource, 'RequestParameters')
      .some(({ key }) => declarations.includes(key));
    if (isDeclared) continue;
    report(
      'undeclared-source',
      valueAt,
      `${route.resource.logicalId} ($connect) does not declare '${text}'`,
      {
        fix: `${route.resource.logicalId}: RequestParameters: {'${text}': {Required: false}}`,
      },
    );
  }
}

const isConnect = ({ key }: LintedRoute) => key === '$connect';
