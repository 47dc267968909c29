import { readFileSync } from 'node:fs';
import { UsageError } from '../usage-error.js';

/**
 * Reads a file of an app or its assembly. Of any size: manifests of large apps have several megabytes.
 *
 * @throws {UsageError} it cannot be read
 */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`--app: ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** @throws {UsageError} it cannot be read, or is not JSON */
export function readJson(file: string): unknown {
  const text = readText(file);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new UsageError(`--app: ${file} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** The members of an object; none of anything else. */
export const objectOf = (json: unknown): Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null ? (json as Readonly<Record<string, unknown>>) : {};
