import { type GatewayEvent } from '../recorder/gateway-event.js';

/** Ids of one run → what stands for them in a comparison, such as `<connection 1>`. */
export type IdNames = ReadonlyMap<string, string>;

/**
 * Replaces what differs between two runs that are otherwise the same: the ids that are given and those of the event,
 * UUIDs, trace ids and times.
 */
export function normaliser({ requestId, messageId }: GatewayEvent, ids: IdNames): (text: string) => string {
  const names = new Map(ids);
  if (requestId !== undefined) names.set(requestId, '<request id>');
  if (messageId !== undefined) names.set(messageId, '<message id>');
  return (text) => {
    let result = text;
    for (const [pattern, name] of PATTERNS) result = result.replaceAll(pattern, name);
    return result.replaceAll(TOKEN, (token) => names.get(token.replaceAll(/%3d/gi, '=')) ?? token);
  };
}

/** A word that may be an id. Those of connections and requests end with equals signs, in URLs encoded ones. */
const TOKEN = /[\w-]+(?:%3D|=){0,2}/gi;

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // the user agent has the API's id
  [/\bAmazonAPIGateway_[a-z\d]+\b/g, 'AmazonAPIGateway_<API id>'],
  [/\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/gi, '<uuid>'],
  [/\b1-[\da-f]{8}-[\da-f]{24}\b/g, '<trace id>'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)/g, '<time>'],
  [/\b\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\b/g, '<time>'],
  [/\b\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}/g, '<time>'],
  // milliseconds since 1970, from 2001 to 2065
  [/(?<![\w.-])[12]\d{12}(?![\w.])/g, '<time>'],
];
