import { isAbsolute, relative, resolve, sep } from 'node:path';

/**
 * The path of a file in its repository, as tools that show findings beside the source expect it: relative to the
 * root, with slashes.
 *
 * @param root an absolute path
 * @returns `undefined` for a file outside the root
 */
export function repositoryPath(fileName: string, root: string): string | undefined {
  const path = relative(root, resolve(fileName));
  return path.startsWith('..') || isAbsolute(path) ? undefined : path.split(sep).join('/');
}
