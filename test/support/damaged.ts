/**
 * A copy of a JSON value in which another value takes the place of one.
 *
 * @param path at each level the index of the member to go into
 */
export function damaged(value: unknown, path: readonly number[], other: unknown): unknown {
  const [step, ...rest] = path;
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (step === undefined || entries.length === 0) return other;
  const index = step % entries.length;
  const changed = entries.map(([key, item], at) => [key, at === index ? damaged(item, rest, other) : item]);
  return Array.isArray(value) ? changed.map(([, item]) => item) : Object.fromEntries(changed);
}
