import { statSync } from 'node:fs';

/** Differs once the file has changed; `undefined` when it does not exist. */
export interface FileVersion {
  readonly mtimeMs: number | undefined;
  readonly size: number | undefined;
}

/** The version of a file now. */
export function versionOf(file: string): FileVersion {
  const stat = statSync(file, { throwIfNoEntry: false });
  return { mtimeMs: stat?.mtimeMs, size: stat?.size };
}

/** @param version of the file when it was read */
export function hasChanged([file, version]: readonly [string, FileVersion]): boolean {
  const { mtimeMs, size } = versionOf(file);
  return mtimeMs !== version.mtimeMs || size !== version.size;
}
