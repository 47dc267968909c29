import { UsageError } from '../usage-error.js';

/**
 * Reads the values of a repeatable option, each in the form NAME=VALUE.
 *
 * @throws {UsageError} a value has no `=` or no name
 */
export function readNameValues(flag: string, values: readonly string[] = []): ReadonlyMap<string, string> {
  return new Map(
    values.map((text) => {
      const index = text.indexOf('=');
      if (index <= 0) throw new UsageError(`${flag} is '${text}': it must be NAME=VALUE`);
      return [text.slice(0, index), text.slice(index + 1)];
    }),
  );
}
