import { type KeptStep, type Story } from '../recorder/story.js';
import { type BackendResponse } from './backend-response.js';
import { type IntegrationRequest } from './integration-request.js';

/** How records show the request to an integration. */
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

/** How records show the response of an integration. */
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
