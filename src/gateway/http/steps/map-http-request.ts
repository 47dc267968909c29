import { type HttpIntegration } from '../../control/http-snapshot.js';
import { headerValue } from '../../mapping/header-value.js';
import { MappedBody, mappedValue, type MappingSubject } from '../../mapping/mapped-value.js';
import { type ApiEvent } from '../api-event.js';
import { headerValues } from '../api-request.js';
import { queryParameters, withoutParameters } from '../query-string.js';
import { parametersStep } from '../recorded-request.js';
import { httpContext } from './http-context.js';

/** The parts of an integration's request that parameter mappings change. */
export interface MappableRequest {
  /** Flat list: name, value, … */
  readonly headers: readonly string[];
  /** Encoded, without `?`. */
  readonly queryString: string;
  /** The path of `overwrite:path`; `undefined` without that mapping. */
  readonly path?: string | undefined;
}

/**
 * Applies the request parameters of an integration. All variables read the client's request, so that the order of the
 * mappings does not matter: what is removed or overwritten is the original value, and an appended one stays (H8.15).
 *
 * @param request as it would be sent without mappings
 * @throws {MappingError} a mapped value cannot be sent as a header
 */
export function mapHttpRequest(
  { requestParameters }: Pick<HttpIntegration, 'requestParameters'>,
  event: ApiEvent,
  request: MappableRequest,
): MappableRequest {
  if (requestParameters.length === 0) return request;
  const subject = requestSubject(event);
  const dropped = { header: new Set<string>(), querystring: new Set<string>() };
  const headers: string[] = [];
  const query: string[] = [];
  let path: string | undefined;
  const values = requestParameters.map((mapping) =>
    mapping.operation === 'remove' ? undefined : mappedValue(mapping.value, subject),
  );
  event.story?.add(parametersStep(requestParameters, values));
  for (const [index, mapping] of requestParameters.entries()) {
    const name = mapping.location === 'path' ? '' : mapping.name;
    const key = mapping.location === 'header' ? name.toLowerCase() : name;
    if (mapping.operation === 'remove') {
      dropped[mapping.location].add(key);
      continue;
    }
    const value = values[index];
    // H8.14: without a value nothing is changed
    if (value === undefined) continue;
    if (mapping.location === 'path') {
      path = value;
      continue;
    }
    // a request has one Host
    if (mapping.operation === 'overwrite' || key === 'host') dropped[mapping.location].add(key);
    if (mapping.location === 'header') headers.push(name, headerValue(name, value));
    else query.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  }
  const kept = withoutParameters(request.queryString, dropped.querystring);
  return {
    headers: [...withoutHeaders(request.headers, dropped.header), ...headers],
    queryString: [...(kept === '' ? [] : [kept]), ...query].join('&'),
    path,
  };
}

/** @param names in lower case */
export function withoutHeaders(headers: readonly string[], names: ReadonlySet<string>): readonly string[] {
  if (names.size === 0) return headers;
  const others: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (!names.has(name.toLowerCase())) others.push(name, headers[index + 1] ?? '');
  }
  return others;
}

/** What the request parameters of an integration read. */
export function requestSubject(event: ApiEvent): MappingSubject {
  const { request } = event;
  let context: Readonly<Record<string, string | undefined>> | undefined;
  let query: ReturnType<typeof queryParameters> | undefined;
  return {
    header: (name) => headerValues(request.rawHeaders, name),
    querystring: (name) =>
      (query ??= queryParameters(request.queryString))
        .filter(([each]) => each === name)
        .map(([, value]) => value),
    body: new MappedBody(event.body),
    path: event.routePath,
    pathParameters: event.pathParameters,
    context: (name) => {
      context ??= httpContext(event);
      return Object.hasOwn(context, name) ? context[name] : undefined;
    },
    stageVariables: event.stageVariables,
  };
}
