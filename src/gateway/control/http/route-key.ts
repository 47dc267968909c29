import { HTTP_TEXTS } from '../../silent/http-control-choices.js';
import { badRequest } from '../control-error.js';
import { type RoutePart, type RoutePattern } from '../http-snapshot.js';

/**
 * Reads the key of a route of an HTTP API.
 *
 * @param routeKey `GET /books/{id}`, `ANY /{proxy+}` or `$default`
 * @returns `undefined` for `$default`
 * @throws {ControlError} 400 (H2.01 to H2.04)
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function parseRouteKey(routeKey: string): RoutePattern | undefined {
  if (routeKey === '$default') return undefined;
  const [, method, path] = routeKey.match(/^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ANY) \/(.*)$/s) ?? [];
  if (method === undefined || path === undefined) throw badRequest(HTTP_TEXTS.routeKey);
  if (path === '') return { method, parts: [] };
  if (path.endsWith('/')) throw badRequest(HTTP_TEXTS.trailingSlash(routeKey));
  const texts = path.split('/');
  if (!texts.every((text) => PART.test(text))) {
    // AWS's text (H2.02)
    throw badRequest(
      `One or more path parts appear to be invalid. Parts are validated against this regular expression: ${PART.source}`,
    );
  }
  const parts = texts.map(readPart);
  const greedy = parts.findIndex(({ kind }) => kind === 'greedy');
  if (greedy !== -1 && greedy < parts.length - 1) {
    throw badRequest(HTTP_TEXTS.greedyPart(texts[greedy] ?? ''));
  }
  return { method, parts };
}

/** Equal for two keys that a request could not tell apart: names of variables do not count (H2.05). */
export function routeIdentity(routeKey: string): string {
  const pattern = parseRouteKey(routeKey);
  if (pattern === undefined) return routeKey;
  const parts = pattern.parts.map((part) => (part.kind === 'literal' ? part.text : `{${part.kind}}`));
  return `${pattern.method} /${parts.join('/')}`;
}

// its source is part of AWS's text
const PART = /^(\{[\w.:-]+\+?\}|[a-zA-Z0-9.:_-]+)$/;

function readPart(text: string): RoutePart {
  const [, name, plus] = text.match(/^\{(.+?)(\+?)\}$/) ?? [];
  if (name === undefined) return { kind: 'literal', text };
  return { kind: plus === '+' ? 'greedy' : 'variable', name };
}
