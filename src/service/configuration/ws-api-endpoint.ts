import { z } from 'zod';

/** `WS_API_ENDPOINT`; in `config.ts`, the setting of that name. */
export const wsApiEndpoint = z
  .string('expected the URL of a WebSocket API with its stage, such as https://….amazonaws.com/prod')
  .transform((text, context) => {
    const url = URL.parse(text);
    const scheme =
      url && { 'https:': 'https', 'wss:': 'https', 'http:': 'http', 'ws:': 'http' }[url.protocol];
    if (!url || !scheme) {
      context.addIssue('expected a URL that starts with https:, wss:, http: or ws:');
      return z.NEVER;
    }
    if (url.username || url.password || url.search || url.hash) {
      context.addIssue('expected a URL without user info, query and fragment');
    }
    const path = url.pathname.replace(MANAGEMENT_SUFFIX, '').replace(/\/+$/, '');
    const problem =
      problemOfPath(path) ?? (EXECUTE_API.test(url.hostname) ? problemOfAws(url, scheme, path) : undefined);
    if (problem !== undefined) context.addIssue(problem);
    return `${scheme}://${url.host}${path}`;
  });

/** @returns the Region in the host of a stage's default endpoint; undefined for any other host */
export function regionInHost(endpoint: string): string | undefined {
  return EXECUTE_API.exec(new URL(endpoint).hostname)?.[1];
}

/** Host of a stage's default endpoint, also through an interface VPC endpoint; the group is the Region. */
const EXECUTE_API = /\.execute-api\.([a-z0-9-]+)\.(?:vpce\.)?amazonaws\.com(?:\.cn)?$/;

/** What the console and the documents show behind the stage: `/@connections`, also with a placeholder such as `{connection_id}`. */
const MANAGEMENT_SUFFIX = /\/+(?:@|%40)connections(?:\/+(?:(?:\{|%7B)[\w-]+(?:\}|%7D))?)?\/*$/i;

/** An `@connections` that is left may be anything: a real connection id, or a path of somebody's own. */
function problemOfPath(path: string): string | undefined {
  if (!/(?:@|%40)connections/i.test(path)) return undefined;
  return 'expected the URL up to the stage, without /@connections/ and what follows it';
}

function problemOfAws({ host }: URL, scheme: string, path: string): string | undefined {
  if (scheme === 'http')
    return `expected https: or wss:, because API Gateway has no other: https://${host}${path}`;
  if (/^\/[^/]+$/.test(path)) return undefined;
  return `expected the stage, and nothing else, as its path, such as https://${host}/prod`;
}
