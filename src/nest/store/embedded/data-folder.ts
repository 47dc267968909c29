import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export const DATABASE_FILE = 'backchannel.sqlite';

/**
 * Makes a folder and those above it that are missing.
 *
 * It does not use `mkdirSync(…, { recursive: true })`: that never returns where the file system says ENOENT for a folder
 * whose parent is there, as `/proc` does (Node 24.21, measured 2026-11), and no signal can end it.
 *
 * @throws the error of the file system
 */
export function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // another task on this machine has made it meanwhile
    if (!isFolder(folder)) throw error;
  }
}

/** Why the folder or the file in it cannot be used, and what to do about it. */
export function explainFileError(error: unknown): string {
  const { message, code, errcode } = error as Error & { code?: string; errcode?: number };
  // SQLite's extended result codes have the primary one in their lowest byte
  const reason =
    code === 'ERR_SQLITE_ERROR' ? SQLITE_REASONS[(errcode ?? 0) & 0xff] : FILE_REASONS[code ?? ''];
  return reason === undefined ? message : `${reason} (${message})`;
}

const CANNOT_WRITE = 'this user cannot write there: expected a folder that is writable';
const NO_SPACE = 'the disk is full: free some space, or set DATA_DIR to a folder on another disk';
const NOT_OURS =
  'backchannel.sqlite is not a file of this store: move it away, or set DATA_DIR to another folder';
const NOT_A_FOLDER = 'a file stands where a folder is expected';

/** By the error codes of the file system. */
const FILE_REASONS: Readonly<Record<string, string>> = {
  EEXIST: NOT_A_FOLDER,
  ENOTDIR: NOT_A_FOLDER,
  ENOENT: 'this file system has no place for new folders: expected a folder that is writable',
  EACCES: CANNOT_WRITE,
  EPERM: CANNOT_WRITE,
  EROFS: CANNOT_WRITE,
  ENOSPC: NO_SPACE,
  EDQUOT: NO_SPACE,
};

/** By SQLite's result codes. @see https://sqlite.org/rescode.html */
const SQLITE_REASONS: Readonly<Record<number, string>> = {
  /* SQLITE_ERROR */ 1: NOT_OURS,
  /* SQLITE_PERM */ 3: CANNOT_WRITE,
  /* SQLITE_BUSY */ 5: 'another process has locked backchannel.sqlite: stop it, or wait until it is done',
  /* SQLITE_READONLY */ 8: CANNOT_WRITE,
  /* SQLITE_IOERR */ 10: 'the disk cannot be read or written, or is full',
  /* SQLITE_CORRUPT */ 11: 'backchannel.sqlite is damaged: restore a backup, or move it away to begin with an empty store',
  /* SQLITE_FULL */ 13: NO_SPACE,
  /* SQLITE_CANTOPEN */ 14: CANNOT_WRITE,
  /* SQLITE_NOTADB */ 26: NOT_OURS,
};

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
