import { ExpressionError } from '../../mapping/expression-error.js';
import { parseMappedValue } from '../../mapping/http-parameters.js';
import { type DocumentPart, type ServiceParameter, type ServiceValue } from '../http-snapshot.js';
import { STRUCTURED_PARAMETERS } from './integration-subtypes.js';

/**
 * Parses the request parameters of an integration with a subtype: the names are those of the action, the values are
 * texts with variables (H7.02). The value of a structured parameter is one variable, or a JSON document with variables in
 * its strings: `{"UserAgent":{"DataType":"String","StringValue":"${request.header.user-agent}"}}`.
 *
 * @throws {ExpressionError} a variable is not allowed, or a structured parameter has another value
 */
export function parseServiceParameters(
  requestParameters: Readonly<Record<string, string>>,
): ReadonlyMap<string, ServiceParameter> {
  const entries = Object.entries(requestParameters).map(([name, text]) => {
    const value = STRUCTURED_PARAMETERS.includes(name) ? parseStructure(name, text) : parseText(text);
    return [name, { text, value }] as const;
  });
  return new Map(entries);
}

const parseText = (text: string): ServiceValue => ({
  kind: 'text',
  value: parseMappedValue(text, 'request'),
});

function parseStructure(name: string, text: string): ServiceValue {
  const plain = parseText(text);
  if (plain.kind === 'text' && plain.value.length === 1 && typeof plain.value[0] === 'object') return plain;
  const root = text.includes('${') ? parseDocument(text) : undefined;
  // AWS's text for a document without a variable (H7.04)
  if (root?.kind !== 'object') {
    throw new ExpressionError(`[Invalid source: ${text} specified for destination: ${name}]`);
  }
  return { kind: 'document', root };
}

function parseDocument(text: string): DocumentPart | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  return partOf(json);
}

function partOf(json: unknown): DocumentPart {
  if (typeof json === 'string') return { kind: 'text', value: parseMappedValue(json, 'request') };
  if (typeof json !== 'object' || json === null) return { kind: 'constant', value: json };
  if (Array.isArray(json)) return { kind: 'list', items: json.map(partOf) };
  return { kind: 'object', members: Object.entries(json).map(([name, value]) => [name, partOf(value)]) };
}
