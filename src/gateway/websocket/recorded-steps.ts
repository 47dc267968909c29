import { type IncomingMessage } from 'node:http';
import { type BackendResponse } from '../integrations/backend-response.js';
import { type IntegrationRequest } from '../integrations/integration-request.js';
import { bodyOf } from '../recorder/body.js';
import { type KeptStep, type Story } from '../recorder/story.js';
import { TemplateError } from '../vtl/template-error.js';
import { type Refusal } from './admission.js';
import { reasonOf } from './steps/error-response.js';

/** How records show the values that pass between the steps of the pipeline. */

export function requestStep(request: IntegrationRequest, story: Story): KeptStep {
  const bodyField = (body: string | Buffer | undefined) => body !== undefined && { body: story.body(body) };
  const step = 'integration_request';
  switch (request.kind) {
    case 'http': {
      const { kind, method, url, headers, body } = request;
      return { step, kind, method, url: url.href, headers, ...bodyField(body) };
    }
    case 'forward': {
      const { method, origin, path, headers, body } = request;
      return { step, kind: 'http', method, url: `${origin}${path}`, headers, ...bodyField(body) };
    }
    case 'lambda': {
      const { kind, functionName, payload } = request;
      return { step, kind, functionName, body: story.body(payload) };
    }
    case 'aws': {
      const { kind, service, region, method, path, query, headers, body } = request;
      const search = new URLSearchParams(
        query.map(([name, value]): [string, string] => [name, value]),
      ).toString();
      const url = search === '' ? path : `${path}?${search}`;
      return { step, kind, service, region, method, url, headers, ...bodyField(body) };
    }
    case 'mock':
      return { step, kind: request.kind, status: request.status };
    default:
      return request satisfies never;
  }
}

/** Ends the story of a handshake that is refused. */
export function endRefused(story: Story | undefined, { status, headers, body, reason }: Refusal): void {
  story?.add({ step: 'client_response', status, headers, body: bodyOf(body) });
  story?.conclude({ result: 'refused', status, reason });
  story?.end();
}

export const handshakeStep = ({ url = '', rawHeaders }: IncomingMessage): KeptStep => ({
  step: 'client_request',
  method: 'GET',
  url,
  headers: rawHeaders,
});

export const responseStep = (
  { status, headers, body }: BackendResponse,
  latencyMs: number,
  story: Story,
): KeptStep => ({
  step: 'integration_response',
  status,
  headers,
  body: story.body(body),
  latencyMs,
});

export function failureStep(error: unknown): KeptStep {
  const place = error instanceof TemplateError && { templateKey: error.templateKey, ...error.position };
  return { step: 'failure', reason: reasonOf(error), ...place };
}
