import { PAGE_SIZE } from '../../silent/control-choices.js';
import { badRequest } from '../control-error.js';

interface Page<T> {
  readonly items: readonly T[];
  /** Requests the next page; absent on the last. */
  readonly nextToken?: string;
}

/**
 * One page of a collection, in the order of the ids (recorded of GetRoutes, 2026-09).
 *
 * @param limit the query parameter
 * @throws {ControlError} 400: the limit or the token is not valid
 */
export function page<T>(items: ReadonlyMap<string, T>, limit: string | null, token: string | null): Page<T> {
  const size = limit === null ? PAGE_SIZE.default : Number(limit);
  if (!/^\d+$/.test(limit ?? `${size}`) || size < 1 || size > PAGE_SIZE.max) {
    throw badRequest(`a page has 1 to ${PAGE_SIZE.max} items, not '${limit}'`);
  }
  const after = token === null ? '' : decodeToken(token);
  const remaining = [...items].filter(([id]) => id > after).toSorted(byId);
  const onPage = remaining.slice(0, size);
  const last = onPage.at(-1);
  return {
    items: onPage.map(([, item]) => item),
    ...(remaining.length > size && last !== undefined && { nextToken: encodeToken(last[0]) }),
  };
}

const byId = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1);

const encodeToken = (id: string) => Buffer.from(id).toString('base64url');

function decodeToken(token: string): string {
  const id = Buffer.from(token, 'base64url').toString();
  if (id === '' || encodeToken(id) !== token) throw badRequest(`the token '${token}' is not one of a page`);
  return id;
}
