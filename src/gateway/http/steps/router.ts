import { type HttpRoute, type HttpSnapshot, type RoutePart } from '../../control/http-snapshot.js';

/** A route for a request, and the values of its path variables. */
export interface RouteMatch {
  readonly route: HttpRoute;
  readonly pathParameters: ReadonlyMap<string, string>;
}

/**
 * Selects the route of a request among those of a deployment (H2.06 to H2.11): a complete match of path and method first,
 * then a greedy one, then `$default`. Static parts beat variables, part by part from the left; of two greedy routes
 * the longer prefix wins; on one path the exact method beats `ANY`.
 */
export class Router {
  readonly #root = new PathNode();
  readonly #default: HttpRoute | undefined;

  constructor(routes: readonly HttpRoute[]) {
    for (const route of routes) if (route.pattern !== undefined) this.#add(route, route.pattern);
    this.#default = routes.find(({ pattern }) => pattern === undefined);
  }

  /**
   * @param path decoded, with a slash in front
   * @returns `undefined` when no route matches: there is no 405 (H2.11)
   */
  select(method: string, path: string): RouteMatch | undefined {
    // `/` has no parts; `/a/` has an empty one at its end, which no route has (H2.15)
    const parts = path === '/' ? [] : path.slice(1).split('/');
    const route =
      completeMatch(this.#root, method, parts, 0) ??
      greedyMatch(this.#root, method, parts, 0) ??
      this.#default;
    return route && { route, pathParameters: pathParameters(route, parts) };
  }

  #add(route: HttpRoute, { method, parts }: NonNullable<HttpRoute['pattern']>): void {
    let node = this.#root;
    for (const part of parts) {
      if (part.kind === 'greedy') {
        node.greedy.set(method, route);
        return;
      }
      node = part.kind === 'literal' ? node.literal(part.text) : node.variable();
    }
    node.complete.set(method, route);
  }
}

/** The router of a deployment; built once. */
export function routerOf(snapshot: HttpSnapshot): Router {
  let router = ROUTERS.get(snapshot);
  if (router === undefined) ROUTERS.set(snapshot, (router = new Router(snapshot.routes)));
  return router;
}

const ROUTERS = new WeakMap<HttpSnapshot, Router>();

/** One part of the paths of all routes. Each is visited at most once in a search: a search costs at most all of them. */
class PathNode {
  readonly literals = new Map<string, PathNode>();
  anyPart: PathNode | undefined;
  /** Routes that end here, by method. */
  readonly complete = new Map<string, HttpRoute>();
  /** Routes whose greedy variable follows, by method. */
  readonly greedy = new Map<string, HttpRoute>();

  literal(text: string): PathNode {
    let node = this.literals.get(text);
    if (node === undefined) this.literals.set(text, (node = new PathNode()));
    return node;
  }

  variable(): PathNode {
    return (this.anyPart ??= new PathNode());
  }
}

type Parts = readonly string[];

function completeMatch(node: PathNode, method: string, parts: Parts, at: number): HttpRoute | undefined {
  const part = parts[at];
  if (part === undefined) return ofMethod(node.complete, method);
  const literal = node.literals.get(part);
  const match = literal && completeMatch(literal, method, parts, at + 1);
  if (match !== undefined || node.anyPart === undefined || part === '') return match;
  return completeMatch(node.anyPart, method, parts, at + 1);
}

function greedyMatch(node: PathNode, method: string, parts: Parts, at: number): HttpRoute | undefined {
  const part = parts[at];
  // a greedy variable has at least one character (H2.04)
  if (part === undefined || (part === '' && at === parts.length - 1)) return undefined;
  const literal = node.literals.get(part);
  return (
    (literal && greedyMatch(literal, method, parts, at + 1)) ??
    (node.anyPart && part !== '' ? greedyMatch(node.anyPart, method, parts, at + 1) : undefined) ??
    ofMethod(node.greedy, method)
  );
}

const ofMethod = (routes: ReadonlyMap<string, HttpRoute>, method: string) =>
  routes.get(method) ?? routes.get('ANY');

const NO_PARAMETERS: ReadonlyMap<string, string> = new Map();

function pathParameters({ pattern }: HttpRoute, parts: Parts): ReadonlyMap<string, string> {
  if (pattern === undefined || !pattern.parts.some(isVariable)) return NO_PARAMETERS;
  const values = new Map<string, string>();
  for (const [index, part] of pattern.parts.entries()) {
    if (part.kind === 'variable') values.set(part.name, parts[index] ?? '');
    else if (part.kind === 'greedy') values.set(part.name, parts.slice(index).join('/'));
  }
  return values;
}

const isVariable = ({ kind }: RoutePart) => kind !== 'literal';
