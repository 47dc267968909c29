import { LIMITS } from '../../../limits.js';
import { asNumber } from '../../wire-input.js';
import { type Report, type Subject } from '../subject.js';
import { type LintedIntegration } from '../template-apis.js';

/** H5.14 and H7.06: only a Lambda function has payload 2.0. */
export function checkPayload(subject: Subject, { resource }: LintedIntegration, report: Report): void {
  if (subject.text(resource, 'PayloadFormatVersion') !== '2.0') return;
  const subtype = subject.text(resource, 'IntegrationSubtype');
  if (subtype === undefined && subject.text(resource, 'IntegrationType') !== 'HTTP_PROXY') return;
  report(
    'payload-version',
    subject.at(resource, 'PayloadFormatVersion'),
    `${resource.logicalId} (${subtype ?? 'HTTP_PROXY'}) has PayloadFormatVersion 2.0`,
  );
}

/** H10.07: the client gets 503 while the function still runs. */
export function checkFunctionTimeout(
  subject: Subject,
  { resource }: LintedIntegration,
  report: Report,
): void {
  if (subject.text(resource, 'IntegrationType') !== 'AWS_PROXY') return;
  const uri = subject.text(resource, 'IntegrationUri') ?? '';
  const called = FUNCTION_TYPES.flatMap((type) => subject.resources(type)).find((each) => {
    const arn = subject.arn(each);
    return arn !== undefined && (uri === arn || uri.endsWith(`/functions/${arn}/invocations`));
  });
  if (called === undefined) return;
  const numberOf = (from: typeof resource, property: string) =>
    asNumber(subject.value(from.properties.get(property)?.value));
  const seconds = numberOf(called, 'Timeout');
  const timeoutMs = numberOf(resource, 'TimeoutInMillis') ?? LIMITS.httpIntegrationTimeoutMs.max;
  if (typeof seconds !== 'number' || typeof timeoutMs !== 'number' || seconds * 1000 <= timeoutMs) return;
  report(
    'function-timeout',
    subject.at(called, 'Timeout'),
    `${called.logicalId} may run for ${seconds} s, and ${resource.logicalId} waits for ${timeoutMs / 1000} s`,
  );
}

const FUNCTION_TYPES = ['AWS::Lambda::Function', 'AWS::Serverless::Function'];
