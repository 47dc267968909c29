import { type KeptStep, type Story } from '../recorder/story.js';
import { type ApiRequest, headerValues } from './api-request.js';
import { type ApiResponse } from './api-response.js';

/** The client's request, before its body is read. */
export const requestStep = ({ method, target, rawHeaders }: ApiRequest): KeptStep => ({
  step: 'client_request',
  method,
  url: target,
  headers: rawHeaders,
});

export const responseStep = ({ status, headers, body }: ApiResponse, story: Story): KeptStep => ({
  step: 'client_response',
  status,
  headers,
  ...(body.length > 0 && { body: story.body(body) }),
});

/** @param values of each mapping; `undefined` for one without a value, and for `remove` */
export function parametersStep(
  mappings: readonly RecordedMapping[],
  values: readonly (string | undefined)[],
): Extract<KeptStep, { step: 'parameters' }> {
  const empty = mappings.flatMap(({ operation }, index): [number, string][] => {
    if (values[index] !== undefined) return [];
    return [
      [index, operation === 'remove' ? 'it is removed' : 'the variable has no value: nothing is changed'],
    ];
  });
  const whyEmpty = empty.length > 0 && { whyEmpty: new Map(empty) };
  return { step: 'parameters', mappings, values: values.map((value) => value ?? []), ...whyEmpty };
}

interface RecordedMapping {
  readonly operation: string;
  readonly text: { readonly destination: string; readonly source: string };
}

/** @returns `undefined` for a request without an origin */
export function corsStep(
  { rawHeaders }: ApiRequest,
  { headers }: ApiResponse,
  isPreflight: boolean,
): KeptStep | undefined {
  const [origin] = headerValues(rawHeaders, 'origin');
  if (origin === undefined) return undefined;
  const [allowedOrigin] = headerValues(headers, 'access-control-allow-origin');
  return { step: 'cors', isPreflight, origin, ...(allowedOrigin !== undefined && { allowedOrigin }) };
}
