import { UsageError } from '../usage-error.js';

/**
 * The values of a flag that is given as NAME=VALUE, once for each name.
 *
 * @throws {UsageError} without `=` or a name
 */
export function readNameValues(flag: string, given: readonly string[] = []): ReadonlyMap<string, string> {
  return new Map(
    given.map((text) => {
      const at = text.indexOf('=');
      if (at <= 0) throw new UsageError(`${flag} is '${text}': it must be NAME=VALUE`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
