import { PROPERTIES } from './properties.js';
import { type Check } from './subject.js';

/** Checks the names of properties of the API Gateway resources that WebSocket and HTTP APIs use. */
export const checkProperties: Check = (subject, report) => {
  for (const { type, logicalId, properties, at } of subject.resources()) {
    const known = Object.hasOwn(PROPERTIES, type) ? PROPERTIES[type] : undefined;
    if (known === undefined) continue;
    const names = [...known.required, ...known.optional];
    for (const [name, entry] of properties) {
      if (names.includes(name) || name.startsWith('Fn::')) continue;
      const similar = names.find((other) => isMisspelt(name, other));
      // a name that resembles none may be newer than the list
      const overrides =
        similar === undefined ? { severity: 'warning' as const } : { fix: `did you mean ${similar}?` };
      report('unknown-property', entry.at, `${logicalId} (${type}) has no property '${name}'`, overrides);
    }
    for (const name of known.required) {
      if (properties.has(name)) continue;
      report('missing-property', at, `${logicalId} (${type}) lacks ${name}`, { fix: `add ${name}` });
    }
  }
};

/** Differs in case only, or in at most two letters. */
const isMisspelt = (name: string, known: string) =>
  name.toLowerCase() === known.toLowerCase() ||
  (Math.abs(name.length - known.length) <= 2 && editDistance(name, known) <= 2);

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
