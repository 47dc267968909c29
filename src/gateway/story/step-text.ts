import { type Body, type HeaderList, type RequestParameter, type Step } from '../recorder/gateway-event.js';
import { durationText, sizeText } from './event-text.js';

/** A step in words. */
export interface StepText {
  /** One or two words. */
  readonly title: string;
  /** One line; may be empty. */
  readonly text: string;
  readonly hasFailed?: boolean;
  readonly headers?: HeaderList;
  readonly parameters?: readonly RequestParameter[];
  readonly body?: Body;
}

export function describeStep(step: Step): StepText {
  switch (step.step) {
    case 'client_request':
      return { title: 'client request', text: `${step.method} ${step.url}`, ...contentOf(step) };
    case 'frame':
      return { title: 'frame', text: `from the client, ${sizeText(step.body.bytes)}`, body: step.body };
    case 'request_body':
      return { title: 'request body', text: sizeText(step.body.bytes), body: step.body };
    case 'close':
      return { title: 'close', text: withReason(`${step.code} ${step.reason}`.trimEnd(), step.cause) };
    case 'route':
      return {
        title: 'route',
        text: `${step.expression} ${step.value === undefined ? 'has no value' : `= ${JSON.stringify(step.value)}`} → ${step.routeKey ?? 'no route'}`,
        hasFailed: step.routeKey === undefined,
      };
    case 'signature':
      return { title: 'signature', text: step.reason ?? step.identity ?? '', ...failedIf(step.reason) };
    case 'lambda_authorizer':
      return {
        title: 'authorizer',
        text: [
          `function ${step.functionName}`,
          step.decision === undefined ? 'no decision' : DECISIONS[step.decision],
          ...(step.isCached === true ? ['from the cache'] : []),
          ...(step.latencyMs === undefined ? [] : [durationText(step.latencyMs)]),
          ...step.identitySources.map(({ source, values }) => `${source} = ${values.join(', ')}`),
        ].join(', '),
        hasFailed: step.decision !== 'allowed',
        ...(step.response && { body: step.response }),
      };
    case 'jwt_authorizer':
      return {
        title: 'JWT authorizer',
        text:
          step.reason ??
          `token of ${step.issuer}${step.subject === undefined ? '' : `, sub ${step.subject}`}`,
        ...failedIf(step.reason),
      };
    case 'api_key':
      return { title: 'API key', text: step.reason ?? step.apiKeyId ?? '', ...failedIf(step.reason) };
    case 'model':
      return {
        title: 'model',
        text: step.problem ?? 'the message is valid',
        ...failedIf(step.problem),
      };
    case 'parameters': {
      const empty = step.parameters.filter(({ values }) => values.length === 0).length;
      const text = `${step.parameters.length}${empty === 0 ? '' : `, ${empty} without a value`}`;
      return {
        title: step.direction === 'response' ? 'response mappings' : 'mappings',
        text,
        parameters: step.parameters,
      };
    }
    case 'template':
      return { title: 'template', text: `${step.direction} template ${step.key}`, body: step.output };
    case 'target':
      return { title: 'VPC link', text: `${step.vpcLinkId} → ${step.origin}` };
    case 'integration_request':
      return describeRequest(step);
    case 'integration_response':
      return {
        title: 'response',
        text: `${step.status} in ${durationText(step.latencyMs)}`,
        hasFailed: step.status >= 400,
        headers: step.headers,
        body: step.body,
      };
    case 'integration_response_key':
      return { title: 'response key', text: step.key };
    case 'cors':
      return {
        title: step.isPreflight ? 'preflight' : 'CORS',
        text: `${step.origin} ${step.allowedOrigin === undefined ? 'is not allowed' : 'is allowed'}`,
        hasFailed: step.allowedOrigin === undefined,
      };
    case 'failure': {
      const { reason, templateKey, line, column } = step;
      const place = templateKey === undefined ? '' : ` (template ${templateKey}, ${line}:${column})`;
      return { title: 'failure', text: `${reason}${place}`, hasFailed: true };
    }
    case 'fault':
      return {
        title: 'fault',
        text: `${step.fault}${step.delayMs === undefined ? '' : `, ${durationText(step.delayMs)}`}`,
      };
    case 'client_response':
      return {
        title: 'client response',
        text: String(step.status),
        hasFailed: step.status >= 400,
        ...contentOf(step),
      };
    case 'client_frame':
      return { title: 'frame out', text: `to the client, ${sizeText(step.body.bytes)}`, body: step.body };
    case 'clock':
      return { title: 'clock', text: `+${durationText(step.advancedMs)}, now ${step.now}` };
    case 'faults':
      return { title: 'faults', text: JSON.stringify(step.faults) };
    default:
      return step satisfies never;
  }
}

function describeRequest(step: Extract<Step, { readonly step: 'integration_request' }>): StepText {
  switch (step.kind) {
    case 'http':
      return { title: 'HTTP request', text: `${step.method} ${step.url}`, ...contentOf(step) };
    case 'lambda':
      return { title: 'Lambda call', text: step.functionName, body: step.body };
    case 'aws': {
      const { service, region, method, url } = step;
      return {
        title: 'AWS request',
        text: `${service} in ${region}: ${method} ${url}`,
        ...contentOf(step),
      };
    }
    case 'mock':
      return { title: 'mock', text: String(step.status) };
    default:
      return step satisfies never;
  }
}

const DECISIONS = {
  allowed: 'allowed',
  implicitDeny: 'not allowed by its policy',
  explicitDeny: 'denied by its policy',
  denied: 'denied by isAuthorized',
};

const contentOf = ({ headers, body }: { readonly headers?: HeaderList; readonly body?: Body }) => ({
  ...(headers && { headers }),
  ...(body && { body }),
});

const failedIf = (reason: string | undefined) => reason !== undefined && { hasFailed: true };

const withReason = (text: string, reason: string | undefined) =>
  reason === undefined ? text : `${text} (${reason})`;
