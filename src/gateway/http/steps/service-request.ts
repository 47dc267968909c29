import {
  type DocumentPart,
  type ServiceIntegration,
  type ServiceParameter,
} from '../../control/http-snapshot.js';
import { INTEGRATION_SUBTYPES, STRUCTURED_PARAMETERS } from '../../control/http/integration-subtypes.js';
import { type AwsRequest } from '../../integrations/integration-request.js';
import { actionRequest } from '../../integrations/service-actions.js';
import { mappedValue, type MappingSubject } from '../../mapping/mapped-value.js';
import { UnresolvedPropertyError } from '../../mapping/mapping-errors.js';
import { type ApiEvent } from '../api-event.js';
import { requestSubject } from './map-http-request.js';

/**
 * The request of an integration with a subtype (H7). A parameter without a value is left out if the action does not
 * require it.
 *
 * @throws {UnresolvedPropertyError} a required parameter has no value, or a structured one is not an object (H7.05)
 */
export function serviceRequest(integration: ServiceIntegration, event: ApiEvent): AwsRequest {
  const { subtype, parameters, timeoutMs } = integration;
  const subject = requestSubject(event);
  const required = INTEGRATION_SUBTYPES[subtype]?.required ?? [];
  const values = new Map<string, string | Readonly<Record<string, unknown>>>();
  for (const [name, parameter] of parameters) {
    const value = valueOf(name, parameter, subject);
    if (value !== undefined) values.set(name, value);
    else if (required.includes(name)) throw new UnresolvedPropertyError(name, parameter.text);
  }
  event.story?.add({
    step: 'parameters',
    mappings: [...parameters].map(([destination, { text }]) => ({ text: { destination, source: text } })),
    values: [...parameters.keys()].map((name) => {
      const value = values.get(name);
      return typeof value === 'object' ? JSON.stringify(value) : (value ?? []);
    }),
  });
  return actionRequest(subtype, values, { region: event.region, timeoutMs });
}

function valueOf(name: string, { text, value }: ServiceParameter, subject: MappingSubject) {
  if (value.kind === 'document') return filled(value.root, subject) as Readonly<Record<string, unknown>>;
  const resolved = mappedValue(value.value, subject);
  if (!STRUCTURED_PARAMETERS.includes(name)) return resolved;
  const object = objectOf(resolved ?? '');
  if (object === undefined) throw new UnresolvedPropertyError(name, text);
  return object;
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
    return isObject ? (json as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** The document with its variables filled in; a value cannot change its structure. */
function filled(part: DocumentPart, subject: MappingSubject): unknown {
  switch (part.kind) {
    case 'text':
      return mappedValue(part.value, subject) ?? '';
    case 'constant':
      return part.value;
    case 'list':
      return part.items.map((item) => filled(item, subject));
    case 'object':
      return Object.fromEntries(part.members.map(([name, member]) => [name, filled(member, subject)]));
    default:
      return part satisfies never;
  }
}
