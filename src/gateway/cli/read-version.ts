import { readFileSync } from 'node:fs';

/** The version of this package. */
export function readVersion(): string {
  // at the root of the package, three folders above this file, compiled or not
  const file = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
