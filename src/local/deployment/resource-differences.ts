import { isDeepStrictEqual } from 'node:util';

/** Whether a resource has every member of its definition. Members that the definition does not have are ignored. */
export function matches(resource: object | undefined, definition: object): boolean {
  return Object.entries(definition).every(([name, value]) =>
    isDeepStrictEqual((resource as Readonly<Record<string, unknown>> | undefined)?.[name], value),
  );
}

/** A map for an update that merges: a key is removed by sending it with an empty string. */
export function withRemovals(
  before: Readonly<Record<string, string>> | undefined,
  after: Readonly<Record<string, string>>,
): Record<string, string> {
  return { ...Object.fromEntries(Object.keys(before ?? {}).map((key) => [key, ''])), ...after };
}
