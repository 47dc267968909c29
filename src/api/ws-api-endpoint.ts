import { z } from 'zod';
import { type SettingKind } from './setting-kinds.js';

/**
 * `WS_API_ENDPOINT`. Normalises `wss:`, `ws:`, a slash at the end, and a pasted `/@connections` or
 * `/@connections/{connection_id}`.
 */
export const wsApiEndpoint: SettingKind<string> = {
  schema: z.string().transform((text, context) => {
    const url = URL.parse(text);
    const scheme =
      url && { 'https:': 'https', 'wss:': 'https', 'http:': 'http', 'ws:': 'http' }[url.protocol];
    if (!url || !scheme) {
      context.addIssue('expected a URL that starts with https:, wss:, http: or ws:');
      return z.NEVER;
    }
    if (url.username || url.password || url.search || url.hash) {
      context.addIssue('expected a URL without user info, query or fragment');
    }
    const path = url.pathname.replace(MANAGEMENT_SUFFIX, '').replace(/\/+$/, '');
    const problem =
      pathProblem(path) ??
      (EXECUTE_API.test(url.hostname) ? executeApiProblem(url, scheme, path) : undefined);
    if (problem !== undefined) context.addIssue(problem);
    return `${scheme}://${url.host}${path}`;
  }),
  bounds: 'the URL of a WebSocket API; its stage is the path after a host name of API Gateway',
};

/** The Region in the host of a stage's default endpoint; undefined for any other host. */
export function regionInHost(endpoint: string): string | undefined {
  return EXECUTE_API.exec(new URL(endpoint).hostname)?.[1];
}

/** The host of a stage's default endpoint, also through an interface VPC endpoint. The group is the Region. */
const EXECUTE_API = /\.execute-api\.([a-z0-9-]+)\.(?:vpce\.)?amazonaws\.com(?:\.cn)?$/;

/** What the AWS console and documents show after the stage, with or without a placeholder for the connection id. */
const MANAGEMENT_SUFFIX = /\/+(?:@|%40)connections(?:\/+(?:(?:\{|%7B)[\w-]+(?:\}|%7D))?)?\/*$/i;

/** A remaining `@connections` is ambiguous: it may be a connection's URL, or part of the path of a custom domain. */
function pathProblem(path: string): string | undefined {
  if (!/(?:@|%40)connections/i.test(path)) return undefined;
  return 'expected the URL up to the stage, without /@connections/ and what follows it';
}

function executeApiProblem({ host }: URL, scheme: string, path: string): string | undefined {
  if (scheme === 'http')
    return `expected https: or wss:, because API Gateway accepts no other scheme: https://${host}${path}`;
  if (/^\/[^/]+$/.test(path)) return undefined;
  return `expected the stage alone as the path, such as https://${host}/prod`;
}
