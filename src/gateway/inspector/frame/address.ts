/** The part of the page that its address names: `#/timeline/12` is the event 12 in the timeline. */
export interface Address {
  readonly view: string;
  /** What is selected in the view; empty for nothing. */
  readonly path: readonly string[];
}

/** The address without the `#`, for links: `hrefOf('timeline', '12')`. */
export const hrefOf = (view: string, ...path: readonly string[]): string =>
  `#/${[view, ...path].map(encodeURIComponent).join('/')}`;

export function readAddress(hash: string): Address {
  const [view = '', ...path] = hash
    .replace(/^#\/?/, '')
    .split('/')
    .filter((segment) => segment !== '')
    .map(decoded);
  return { view, path };
}

/** A hand-written address may have a lone `%`. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
